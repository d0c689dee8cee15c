/** docs/speed.md, from what was measured. */
import os from 'node:os'
import { rooflineShare, tokenEfficiency, type WorkRecord } from '../../src/store/work-record.ts'
import { median } from './median.ts'

/** One task by one tool, once. */
export interface Measurement {
  readonly peer: string
  readonly task: string
  /** Null for all of a benchmark. */
  readonly items: number | null
  readonly seconds: number
  readonly scores: Readonly<Record<string, number>>
  /** Of evalharness's own. */
  readonly work?: WorkRecord
  /** From the start of the process. */
  readonly firstScoreSeconds?: number
}

/** All of a benchmark, or a share of it. */
export interface Growth extends Measurement {
  readonly share: number
}

interface Page {
  /** Each with the peers and items of its own. */
  readonly compared: readonly (readonly Measurement[])[]
  /** By evalharness alone, on more items. */
  readonly limit: readonly Measurement[]
  readonly growth: readonly Growth[]
  readonly parameterCount: number
  readonly packages: readonly string[]
}

const SERVED_NOTE = `- \`vllm\` is a vLLM server on the same processor in f32. lm-eval's client scores it with 16 requests
  in flight; the prefix cache is empty at the start of each round.
`

/** Markdown. */
export function speedPage({ compared, limit, growth, parameterCount, packages }: Page): string {
  const first = compared[0]!
  const isServed = compared.flat().some(({ peer }) => peer === 'vllm')
  const tokens = tasksOf(limit).map((task) => {
    const [own] = by('evalharness', task, limit)
    const { tokensAsked, tokensDistinct, tokensComputed } = own!.work!
    const counts = [tokensAsked, tokensDistinct, tokensComputed].map((count) => (count ?? 0).toLocaleString('en-US'))
    return row([`${task} (${own!.items} items)`, ...counts, medianOf(task, limit, (measurement) => tokenEfficiency(measurement.work!)).toFixed(3)])
  })
  const work = tasksOf(limit).map((task) => {
    const figure = (value: (measurement: Measurement) => number | null) => medianOf(task, limit, value)
    return row([
      task,
      figure(({ work: done }) => rooflineShare({ ...done!, engineMs: done!.elapsedMs.engine })).toFixed(2),
      `${(100 * figure(hostShare)).toFixed(1)} %`,
      `${figure(({ firstScoreSeconds }) => firstScoreSeconds ?? null).toFixed(1)} s`,
      `${Math.round(figure(({ work: done }) => done!.peakBytes) / 2 ** 20)} MiB`,
    ])
  })
  return `# Speed

\`npm run bench\` writes this page.

- Model: ${(parameterCount / 1e6).toFixed(0)} million parameters, f32
- Machine: ${os.cpus()[0]!.model}, ${os.availableParallelism()} threads, ${Math.round(os.totalmem() / 2 ** 30)} GiB
- Packages: ${packages.join(', ')}
- Times: medians of ${by('evalharness', tasksOf(first)[0]!, first).length} alternating rounds; scoring and all tokenization, without loading

## Against lm-eval

Each cell has the seconds, the factor relative to evalharness, and whether every score is the same.

- \`hf-float32\` and \`hf-default\` are lm-eval's hf backend in batches of 16. \`hf-default\` computes in
  the checkpoint's own bf16, which changes scores.
- \`onnxruntime\` is lm-eval's backend of that name over a graph of the same operators. It runs one
  sequence at a time.
${isServed ? SERVED_NOTE : ''}
${compared.map(comparison).join('\n')}
## Against the limit

- *Efficiency* is distinct tokens ÷ computed tokens.
- *Roofline* is operations per second ÷ the peak GEMM rate: the rate of matrix products of the
  model's shapes alone, measured between batches in the same process.
- *Host* is the share of tokenization, planning and recording, although tokenization overlaps with
  the engine.
- *First score* counts from the start of the program.

| task | requested | distinct | computed | efficiency |
|---|---|---|---|---|
${tokens.join('\n')}

| task | roofline | host | first score | memory |
|---|---|---|---|---|
${work.join('\n')}
${growth.length === 0 ? '' : growthSection(growth)}`
}

function comparison(measurements: readonly Measurement[]): string {
  const peers = [...new Set(measurements.map(({ peer }) => peer))].filter((peer) => peer !== 'evalharness')
  const rows = tasksOf(measurements).map((task) => {
    const own = by('evalharness', task, measurements)
    const cells = peers.map((peer) => {
      const theirs = by(peer, task, measurements)
      const ratio = median(theirs.map(({ seconds }, round) => seconds / own[round]!.seconds))
      return `${median(theirs.map(({ seconds }) => seconds)).toFixed(1)} s · **${ratio.toFixed(2)} ×** · ${agreement(own[0]!, theirs[0]!)}`
    })
    return row([task, String(own[0]!.items), `${median(own.map(({ seconds }) => seconds)).toFixed(1)} s`, ...cells])
  })
  return `${row(['task', 'items', 'evalharness', ...peers])}
${row(['---', '---', '---', ...peers.map(() => '---')])}
${rows.join('\n')}
`
}

function tasksOf(measurements: readonly Measurement[]): string[] {
  return [...new Set(measurements.map(({ task }) => task))]
}

function by(peer: string, task: string, measurements: readonly Measurement[]): Measurement[] {
  return measurements.filter((measurement) => measurement.peer === peer && measurement.task === task)
}

function medianOf(task: string, measurements: readonly Measurement[], value: (measurement: Measurement) => number | null): number {
  return median(by('evalharness', task, measurements).map((measurement) => value(measurement) ?? Number.NaN))
}

function growthSection(growth: readonly Growth[]): string {
  const rows = growth.map(({ share, seconds, work }) =>
    row([
      share === 1 ? 'all' : `1/${1 / share}`,
      (work!.tokensComputed ?? 0).toLocaleString('en-US'),
      `${seconds.toFixed(0)} s`,
      Math.round(work!.tokensComputed / seconds).toLocaleString('en-US'),
      `${Math.round(work!.peakBytes / 2 ** 20)} MiB`,
    ]),
  )
  return `
## Growth

All of \`${growth[0]!.task}\`, and fractions of it.

| items | tokens | time | tokens/s | memory |
|---|---|---|---|---|
${rows.join('\n')}
`
}

/** The time outside loading and computing, as if none of it ran in parallel with them. */
function hostShare({ work }: Measurement): number {
  const { encodingMs, elapsedMs } = work!
  const host = encodingMs! + elapsedMs.plan + elapsedMs.record
  return host / (host + elapsedMs.engine)
}

function agreement(ours: Measurement, theirs: Measurement): string {
  const largest = Math.max(...Object.entries(ours.scores).map(([metric, value]) => Math.abs(theirs.scores[metric]! / value - 1)))
  return largest < 1e-5 ? 'same scores' : `scores differ by up to ${(100 * largest).toFixed(1)} %`
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`
}
