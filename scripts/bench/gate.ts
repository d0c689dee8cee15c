/**
 * What the early gate saves on real data: `gate --model` beside whole runs of the same candidates.
 *
 *     node --import ./scripts/typescript.js scripts/bench/gate.ts FOLDER MODEL DATA TASK=ROWS,…
 *
 * MODEL is a folder such as SmolLM2-135M, DATA a folder of local datasets. ROWS are those of each task and subset; `piqa` alone has all. Scores MODEL on
 * each task, then judges a LaCo variant, one without two layers, NF4 and int8 by a rule of at least 90 % retention, each followed by a run on all these
 * rows. Prints a Markdown table, row by row. FOLDER keeps everything: what is there is not computed again, so the script can be stopped and started.
 *
 * Seconds are those of the whole command, loading included: they say something on a quiet machine only. Overhead is the processor time of drawing the
 * order, of all bounds and of their path, measured again with the shipped functions on the stored draws, as a share of these seconds.
 */
import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { nextBlock } from '../../src/gate/sequential/drawing.ts'
import type { DrawingRecord } from '../../src/gate/sequential/drawing-record.ts'
import { baselineValues, populationOf } from '../../src/gate/sequential/population.ts'
import { judgeTrack, pathOf, ruleTrack } from '../../src/gate/sequential/rule-track.ts'
import { readStoredRun } from '../../src/store/read-stored-run.ts'

const [folder, original, data, rows] = process.argv.slice(2)
if (folder === undefined || original === undefined || data === undefined || rows === undefined)
  throw new Error('usage: node --import ./scripts/typescript.js scripts/bench/gate.ts FOLDER MODEL DATA piqa=400,boolq=200')

const RETENTION = 0.9
const SEED = 0
const tasks = rows.split(',').map((part) => part.split('=')[0]!)
const limits = new Map(rows.split(',').map((part): [string, string | undefined] => [part.split('=')[0]!, part.split('=')[1]]))

/** How each candidate is made: by `prune` with these options, or as MODEL with these settings. */
const CANDIDATES: Readonly<Record<string, { readonly prune?: readonly string[]; readonly settings?: string }>> = {
  LaCo: { prune: ['laco', '--threshold', '-1', '--max-compression', '0.27'] },
  drop: { prune: ['drop', '--layers', '25-26'] },
  NF4: { settings: 'quantize=nf4' },
  int8: { settings: 'quantize=int8' },
}

/** What is stored of a run. */
interface MeasuredRun {
  readonly score: number
  readonly items: number
  readonly tokens: number
  readonly seconds: number
}

/** What is stored of a gate. */
interface MeasuredGate extends Omit<MeasuredRun, 'score'> {
  readonly verdict: string
  readonly decidedAfter: number | null
  readonly overheadSeconds: number
}

console.log(
  '| task | candidate | retention | all items | gate | decided after | scored | tokens | seconds | overhead |\n|---|---|---|---|---|---|---|---|---|---|',
)
for (const task of tasks) {
  const baseline = await measureRun(task, 'original', original)
  for (const name of Object.keys(CANDIDATES)) console.log(await tableRow(task, name, baseline))
}

async function tableRow(task: string, name: string, baseline: MeasuredRun): Promise<string> {
  const [gate, whole] = [await measureGate(task, name), await measureRun(task, name, await candidate(name))]
  const retention = whole.score / baseline.score
  const cells = [
    `${task} (${percent(baseline.score)})`,
    name,
    percent(retention),
    retention >= RETENTION ? 'passed' : 'regressed',
    gate.verdict,
    gate.decidedAfter === null ? '—' : `${gate.decidedAfter} of ${whole.items}`,
    `${gate.items}`,
    `${gate.tokens.toLocaleString('en')} of ${whole.tokens.toLocaleString('en')}`,
    `${gate.seconds.toFixed(0)} of ${whole.seconds.toFixed(0)}`,
    percent(gate.overheadSeconds / gate.seconds),
  ]
  return `| ${cells.join(' | ')} |`
}

/** Where a candidate is; makes it if need be. */
async function candidate(name: string): Promise<string> {
  const { prune, settings } = CANDIDATES[name]!
  if (!prune) return `${original},${settings}`
  const out = path.join(folder!, 'models', name)
  if (!existsSync(out)) await evalharness(['prune', ...prune, '-m', original!, '-o', out])
  return out
}

/** Scores a model on all rows of a task. */
async function measureRun(task: string, name: string, model: string): Promise<MeasuredRun> {
  return once(`${task}-${name}-run`, async () => {
    const limit = limits.get(task) === undefined ? [] : ['--limit', limits.get(task)!]
    const output = path.join(folder!, 'results', task)
    const { seconds } = await evalharness(['run', '-m', `${name}=${model}`, '-t', task, ...limit, '-o', output, ...common()])
    const run = await readStoredRun(path.join(output, name))
    const population = populationOf(run, task, SEED)
    const values = baselineValues(population, mainMetric(run, task)) as number[]
    const file = readdirSync(path.join(output, name)).find((entry) => entry.startsWith('results_') && !entry.includes('.partial.'))!
    const { evalharness: own } = JSON.parse(readFileSync(path.join(output, name, file), 'utf8')) as {
      readonly evalharness: { readonly work: { readonly tokensComputed: number } }
    }
    return { score: values.reduce((sum, value) => sum + value, 0) / values.length, items: values.length, tokens: own.work.tokensComputed, seconds }
  })
}

/** Lets the gate score a candidate until the rule is decided. */
async function measureGate(task: string, name: string): Promise<MeasuredGate> {
  return once(`${task}-${name}-gate`, async () => {
    const output = path.join(folder!, 'gates', task)
    const policy = path.join(folder!, `${task}.yaml`)
    writeFileSync(policy, `tasks: { ${task}: { min_retention: ${RETENTION} } }\n`)
    const baseline = path.join(folder!, 'results', task, 'original')
    const given = ['--baseline', baseline, '--policy', policy, '-m', `${name}=${await candidate(name)}`, '-o', output, '--seed', `${SEED}`]
    const { out, seconds } = await evalharness(['gate', ...given, '--json', ...common()], [0, 1, 3])
    const { record } = JSON.parse(out) as { readonly record: string }
    const { rules, drawing } = JSON.parse(readFileSync(path.resolve(import.meta.dirname, '../..', record), 'utf8')) as GateRecord
    const [rule] = rules
    return {
      verdict: rule!.verdict,
      decidedAfter: rule!.decidedAfter,
      items: drawing.drawn[0]!.items.length,
      tokens: drawing.tokensComputed,
      seconds,
      overheadSeconds: await overheadOf(baseline, drawing),
    }
  })
}

interface GateRecord {
  readonly rules: readonly { readonly verdict: string; readonly decidedAfter: number | null }[]
  readonly drawing: DrawingRecord
}

/** Processor seconds that the order, the verdict after each block, and the path of the bounds take. */
async function overheadOf(baseline: string, { drawn, bounds }: DrawingRecord): Promise<number> {
  const run = await readStoredRun(baseline)
  const before = process.cpuUsage()
  for (const { task, metric, kind, limit, alpha } of bounds) {
    const values = drawn.find((own) => own.task === task)!.items.map(({ candidate: scores }) => scores[metric!]!)
    const track = ruleTrack({ task, metric: metric!, kind, limit }, baselineValues(populationOf(run, task, SEED), metric!), alpha)
    for (let items = 0; items < values.length;) {
      items += nextBlock(items, track.itemCount)
      judgeTrack(track, values.slice(0, items))
    }
    judgeTrack(track, values)
    pathOf(track, values)
  }
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1e6
}

function mainMetric(run: Awaited<ReturnType<typeof readStoredRun>>, task: string): string {
  const [item] = populationOf(run, task, SEED).drawn
  return Object.hasOwn(item!.item.values, 'acc_norm') && task !== 'boolq' ? 'acc_norm' : 'acc'
}

function common(): string[] {
  return ['--data-dir', data!, '--device', 'cpu', '--threads', '1', '--no-cache']
}

/** Comes back with what is stored under a name, or computes and stores it. */
async function once<Result extends object>(name: string, compute: () => Promise<Result>): Promise<Result> {
  const file = path.join(folder!, 'measured', `${name}.json`)
  if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8')) as Result
  const result = await compute()
  mkdirSync(path.dirname(file), { recursive: true })
  writeFileSync(`${file}.part`, `${JSON.stringify(result)}\n`)
  renameSync(`${file}.part`, file)
  console.error(`${new Date().toISOString()} ${name}: ${JSON.stringify(result)}`)
  return result
}

/** Runs a command line; comes back with its output and how long it took. Fails on an exit code that is not expected. */
async function evalharness(args: readonly string[], expected: readonly number[] = [0]): Promise<{ readonly out: string; readonly seconds: number }> {
  const command = ['--import', './scripts/typescript.js', 'src/cli.ts', ...args, '--quiet']
  const beganAt = performance.now()
  return new Promise((resolve, reject) => {
    execFile(process.execPath, command, { cwd: path.join(import.meta.dirname, '../..'), maxBuffer: 1 << 28 }, (error, out, err) => {
      const code = error ? error.code : 0
      if (typeof code !== 'number' || !expected.includes(code)) reject(new Error(`${args.join(' ')}\n${err}`, { cause: error }))
      else resolve({ out, seconds: (performance.now() - beganAt) / 1000 })
    })
  })
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`
}
