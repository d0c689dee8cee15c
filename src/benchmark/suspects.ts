/** Measures likely bottlenecks of a device: forms of attention and of the head side by side, and batch sizes. */
import path from 'node:path'
import { EngineError } from '../errors.ts'
import { providerOf, type Device } from '../engine/devices/device.ts'
import type { Dtype } from '../engine/devices/dtype.ts'
import { graphType } from '../engine/devices/dtype.ts'
import { operatorsOnCpu } from '../engine/devices/placement.ts'
import type { Engine } from '../engine/engine.ts'
import { int32 } from '../engine/onnx/feeds.ts'
import type { SessionTensor } from '../engine/onnx/session-messages.ts'
import { OutOfMemory, startSessionProcess, type SessionProcess } from '../engine/onnx/session-process.ts'
import type { Graph } from '../graph/onnx-model.ts'
import { makeTemporaryFolder } from '../io/temporary-folder.ts'
import { planBatches } from '../plan/batches.ts'
import { layOutRows } from '../plan/row-layout.ts'
import type { Sequence } from '../plan/sequence.ts'
import { ATTENTION_FORMS, attentionFeeds, attentionGraph, canHaveRows, wholeLayout, type AttentionFormName } from './attention-forms.ts'
import { HEAD_FORMS, headGraph } from './head-forms.ts'
import { measureSpeed } from './measure-speed.ts'
import type { ModelSize } from './model-size.ts'
import { makeRandomModel, planRandomWeights, type StoredType } from './random-model.ts'
import type { TimeBudget } from './time-budget.ts'
import { syntheticWorkload } from './workload.ts'

/** The parts that can be measured. */
export const SUSPECTS = ['attention', 'head', 'batch'] as const
export type SuspectName = (typeof SUSPECTS)[number]

/** One measurement. */
export interface SuspectRecord {
  readonly suspect: SuspectName
  /** The input: `MMLU, rows`, `256 positions`. */
  readonly on: string
  readonly form: string
  /** Of one pass, the median; null where it is a rate or failed. */
  readonly milliseconds: number | null
  readonly tokensPerSecond: number | null
  /** The largest difference to the first form's values, as a share of the largest value; null where there is nothing to compare. */
  readonly difference: number | null
  /** Operators that ran on the CPU instead. */
  readonly onCpu: readonly string[]
  /** The reason for a missing figure; null if there is a figure. */
  readonly problem: string | null
}

/** The inputs of a measurement. */
export interface SuspectJob {
  readonly device: Device
  readonly size: ModelSize
  readonly dtype: Dtype
  readonly budget: TimeBudget
  readonly suspects: readonly SuspectName[]
  /** Tokens of the batch whose attention is measured. */
  readonly tokenCount: number
  /** Opens the random model on the device, with the given token budget. */
  readonly openModel: (batchTokens: number) => Promise<AsyncDisposable & { readonly engine: Engine }>
}

/** Milliseconds that must be left. */
const LEAST_MS = { form: 3000, model: 20_000 } as const

/** Measures the named parts, within the time budget. */
export async function measureSuspects(job: SuspectJob): Promise<readonly SuspectRecord[]> {
  const records: SuspectRecord[] = []
  const keep = (record: SuspectRecord) => void records.push(record)
  await using values = await openValues(job)
  if (job.suspects.includes('attention')) await measureAttention(job, values, keep)
  if (job.suspects.includes('head')) await measureHead(job, values, keep)
  if (job.suspects.includes('batch')) await measureBatches(job, keep)
  return records
}

/** A file of random values. */
interface Values extends AsyncDisposable {
  readonly root: string
  readonly location: string
  readonly stored: StoredType
  readonly firstByte: number
}

async function openValues({ size, dtype }: SuspectJob): Promise<Values> {
  const folder = await makeTemporaryFolder('values')
  const stored: StoredType = dtype === 'float16' ? 'F16' : 'BF16'
  const { file } = await makeRandomModel(folder.path, size.config, stored)
  const { onesBytes } = planRandomWeights(size.config, stored)
  return { root: folder.path, location: path.basename(file), stored, firstByte: onesBytes, [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose]() }
}

async function measureAttention({ device, size, dtype, budget, tokenCount }: SuspectJob, values: Values, keep: (record: SuspectRecord) => void): Promise<void> {
  const { config } = size
  using bench = openBench(device, values.root)
  for (const name of ['piqa', 'mmlu', 'wikitext'] as const) {
    const { title, sequences } = syntheticWorkload(name, name === 'wikitext' ? 1 : 200, config.vocabularySize)
    const asked = name === 'wikitext' ? sequences.map((sequence) => beginning(sequence, tokenCount)) : sequences
    const [batch] = planBatches(asked, tokenCount).batches
    const isLinear = batch!.tree.depths.every((depth, node) => depth === node)
    // As the engine lays them out: chunks of 512 MiB of scores.
    const layouts = { rows: layOutRows(batch!.tree, 2 ** 27 / config.headCount), whole: wholeLayout(batch!) }
    let expected: Float32Array | undefined
    for (const [layoutName, layout] of Object.entries(layouts)) {
      for (const form of ATTENTION_FORMS.filter((each) => fits(each, layoutName, isLinear))) {
        const on = `${title}, ${layoutName}`
        const graph = attentionGraph(form, {
          config,
          type: graphType(dtype),
          tokenCount: batch!.tree.tokenIds.length,
          chunkCount: layout.chunks.length,
          values,
        })
        const feeds = attentionFeeds(config, batch!, layout)
        const shown = int32(
          Int32Array.from({ length: 64 }, (_, index) => Math.floor((index * (batch!.tree.tokenIds.length - 1)) / 63)),
          64,
        )
        const measured = await budget.step({ what: `attention, ${on}, ${form}`, leastMs: LEAST_MS.form }, () =>
          bench.time(graph, { ...feeds, shown, scale: ONE }, 'states'),
        )
        if (!measured) continue
        expected ??= measured.output
        keep({ suspect: 'attention', on, form, ...figures(measured, expected) })
      }
    }
  }
}

function beginning({ input, targets }: Sequence, count: number): Sequence {
  return { input: input.subarray(0, count), targets: targets.subarray(0, count) }
}

const ONE: SessionTensor = { type: 'float32', values: Float32Array.of(1), shape: [1] }

function fits(form: AttentionFormName, layout: string, isLinear: boolean): boolean {
  if (layout === 'rows') return canHaveRows(form)
  return isLinear || !form.endsWith('causal')
}

async function measureHead({ device, size, dtype, budget }: SuspectJob, values: Values, keep: (record: SuspectRecord) => void): Promise<void> {
  using bench = openBench(device, values.root)
  for (const positions of [256, 1024]) {
    let expected: Float32Array | undefined
    for (const form of HEAD_FORMS) {
      const on = `${positions} positions`
      const graph = headGraph(form, { config: size.config, type: graphType(dtype), positions, values, spread: 2 ** 20 })
      const targets = int32(
        Int32Array.from({ length: positions }, (_, index) => (index * 7) % size.config.vocabularySize),
        positions,
        1,
      )
      const measured = await budget.step({ what: `head, ${on}, ${form}`, leastMs: LEAST_MS.form }, () =>
        bench.time(graph, { targets, scale: ONE }, 'log_probs'),
      )
      if (!measured) continue
      const isLogProb = form !== 'product alone'
      if (isLogProb) expected ??= measured.output
      keep({ suspect: 'head', on, form, ...figures(measured, isLogProb ? expected : undefined) })
    }
  }
}

/** Tokens of a batch that are tried. */
const BATCH_TOKENS = [1024, 4096, 8192, 16_384]

async function measureBatches({ size, budget, openModel, tokenCount }: SuspectJob, keep: (record: SuspectRecord) => void): Promise<void> {
  const sizes = BATCH_TOKENS.filter((tokens) => tokens <= tokenCount * 4)
  for (const [index, batchTokens] of sizes.entries()) {
    const workload = syntheticWorkload('hellaswag', 200, size.config.vocabularySize)
    const speed = await budget.step({ what: `batches of ${batchTokens} tokens`, leastMs: LEAST_MS.model }, async () => {
      await using model = await openModel(batchTokens)
      return await measureSpeed(model.engine, workload, performance.now() + budget.leftMs() / (sizes.length - index) / 2)
    })
    if (speed)
      keep({
        suspect: 'batch',
        on: workload.title,
        form: `${batchTokens} tokens`,
        milliseconds: null,
        tokensPerSecond: speed.tokensPerSecond,
        difference: null,
        onCpu: [],
        problem: null,
      })
  }
}

/** A graph's time. */
interface TimedGraph {
  readonly milliseconds: number | null
  readonly output: Float32Array | undefined
  readonly onCpu: readonly string[]
  readonly problem: string | null
}

/** Runs that are timed, at least and at most, and after how many milliseconds they end. */
const RUNS = { least: 3, most: 15, ms: 300 }

/** Runs one graph after the other in one process on a device. Dispose of it to end the process. */
interface Bench extends Disposable {
  /** A form that the device does not support is a result, not a failure. The next form gets a new process. */
  readonly time: (graph: Graph, feeds: Readonly<Record<string, SessionTensor>>, output: string) => Promise<TimedGraph>
}

function openBench(device: Device, root: string): Bench {
  const { sessionOption, mayRunOnCpu } = providerOf(device)
  let session: SessionProcess | undefined
  return {
    async time(graph, feeds, output) {
      session ??= startSessionProcess()
      try {
        const { nodes } = await session.load(graph, { root, isOptimized: true, provider: sessionOption(device.index), probe: feeds })
        const found = (await session.run(feeds))[output] as Float32Array
        const times: number[] = []
        const startedAt = performance.now()
        while (times.length < RUNS.least || (times.length < RUNS.most && performance.now() - startedAt < RUNS.ms))
          times.push(await session.time(feeds, 'model'))
        return { milliseconds: median(times), output: found, onCpu: mayRunOnCpu === 'all' ? [] : operatorsOnCpu(nodes, mayRunOnCpu), problem: null }
      } catch (error) {
        session.end()
        session = undefined
        if (!(error instanceof EngineError || error instanceof OutOfMemory)) throw error
        return { milliseconds: null, output: undefined, onCpu: [], problem: error.message }
      }
    },
    [Symbol.dispose]: () => session?.end(),
  }
}

function figures({ milliseconds, output, onCpu, problem }: TimedGraph, expected: Float32Array | undefined) {
  return { milliseconds, tokensPerSecond: null, difference: output && expected ? relativeDifference(output, expected) : null, onCpu, problem }
}

function relativeDifference(found: Float32Array, expected: Float32Array): number {
  let [difference, largest] = [0, 0]
  expected.forEach((value, index) => {
    difference = Math.max(difference, Math.abs(found[index]! - value))
    largest = Math.max(largest, Math.abs(value))
  })
  return difference / largest
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!
}
