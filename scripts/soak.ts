/**
 * Kills one run again and again at random moments, repeats the command each time, and compares the result with an uninterrupted run.
 *
 *   npm run soak -- [--kills 200] [--model demo/model] [--data-dir ../shared/data] [--piqa 300] [--wikitext 3] [--seed 1]
 *
 * Without --data-dir the rows are those of the built-in tasks. A reader beside the run reads the response log and every results file the whole time. It
 * fails unless the final numbers are identical, no kill cost more than one batch, and the reader never met a record that it could not read.
 */
import { spawn } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { readRecords, RECORD_BYTES } from '../src/cache/response-log.ts'
import { readStoredRun } from '../src/store/read-stored-run.ts'
import { temporaryFolder } from '../test/temporary-folder.ts'

const ROOT = path.join(import.meta.dirname, '..')
const CLI = path.join(ROOT, 'dist/src/cli.js')

/** The run to kill. */
export interface SoakOptions {
  readonly kills: number
  readonly model: string
  /** Rows of PIQA and WikiText; the built-in tasks when absent. */
  readonly dataDir?: string | undefined
  readonly items: readonly (readonly [task: string, rows: number])[]
  readonly seed: number
  /** Small, so that there are many moments between two batches. */
  readonly batchTokens: number
}

/** The result. */
export interface SoakResult {
  readonly kills: number
  /** Runs that came to their end: one, unless it ended before all kills were done; the next then began with an empty cache. */
  readonly completions: number
  /** Batches that were begun, of all runs that a kill could reach. */
  readonly batchesBegun: number
  /** Batches that were begun again, so they were lost or not cached: at most one a kill. */
  readonly batchesRepeated: number
  /** Of one kill. */
  readonly mostRepeatedByOneKill: number
  /** Kills that came after the first batch of their process was begun; the others came while it started. */
  readonly killsWithinBatches: number
  readonly readings: number
  readonly unreadable: readonly string[]
  readonly differences: readonly string[]
}

/** In the engine's process: a mark in a file for each batch that is begun. */
const COUNT_BATCHES = `import fs from 'node:fs'
const on = process.on
process.on = function (name, listener) {
  const counted = (message) => {
    if (message.method === 'run' && message.argument.session === 'model') fs.appendFileSync(process.env.SOAK_BEGUN, '.')
    listener(message)
  }
  return on.call(this, name, name === 'message' ? counted : listener)
}`

/** Runs the whole test; `tell` receives progress messages. */
export async function soak(options: SoakOptions, tell: (line: string) => void = () => {}): Promise<SoakResult> {
  const folder = temporaryFolder()
  const random = generator(options.seed)
  const model = path.join(folder, 'model')
  cpSync(options.model, model, { recursive: true })
  lengthenWindow(path.join(model, 'config.json'))
  const asked = { ...options, model }
  const inside = (name: string) => path.join(folder, name)
  const wholeMs = await timed(start(asked, inside('whole'), ['--no-cache']))
  const expected = figures(inside('whole'))
  await timed(start(asked, inside('cached'), ['--cache', inside('cached/cache')]))
  const cachedMs = await timed(start(asked, inside('cached'), ['--cache', inside('cached/cache')]))
  // Half of the kills come while the program starts, the others around the batches: so few batches pass between two kills that one run can take them all.
  // A long batch, which no kill within that time lets come to its end, gets twice the time after each.
  let batchesToWait = 1
  const batchMs = Math.max(1, wholeMs - cachedMs) / batchCount(logOf(inside('cached')))
  const killMoment = (): Moment => (random() < 0.5 ? { afterStartMs: random() * cachedMs } : { afterFirstBatchMs: random() * batchesToWait * batchMs })
  tell(`a whole run takes ${Math.round(wholeMs)} ms, one with cached responses ${Math.round(cachedMs)} ms; a batch ${Math.round(batchMs)} ms`)

  let [kills, killsWithinBatches, completions, batchesBegun, batchesRepeated, mostRepeatedByOneKill, readings] = [0, 0, 0, 0, 0, 0, 0]
  let lostBefore = 0
  const unreadable: string[] = []
  const differences: string[] = []
  let round = 0
  const cut = () => inside(`cut-${round}`)
  const reader = setInterval(() => {
    readings++
    void look(cut(), unreadable)
  }, 20)
  const cache = () => ['--cache', path.join(cut(), 'cache')]
  /** Batches that were begun and whose responses were not cached, since the cache was empty. */
  const lost = () => begunCount(cut()) - batchCount(logOf(cut()))
  const endRound = () => {
    batchesBegun += begunCount(cut())
    batchesRepeated += lost()
    lostBefore = 0
    completions++
    differences.push(...differencesOf(expected, figures(cut())))
    round++
  }
  try {
    while (kills < options.kills) {
      const run = start(asked, cut(), cache())
      const [begunBefore, keptBefore] = [begunCount(cut()), batchCount(logOf(cut()))]
      const stop = new AbortController()
      void killAt(killMoment(), run.kill, () => begunCount(cut()) > begunBefore, stop.signal)
      const ended = await run.ended
      stop.abort()
      if (ended.signal === 'SIGKILL') {
        kills++
        const [isWithinBatches, isOn] = [begunCount(cut()) > begunBefore, batchCount(logOf(cut())) > keptBefore]
        if (isWithinBatches) killsWithinBatches++
        if (isOn) batchesToWait = 1
        else if (isWithinBatches) batchesToWait *= 2
        mostRepeatedByOneKill = Math.max(mostRepeatedByOneKill, lost() - lostBefore)
        lostBefore = lost()
        if (kills % 20 === 0) tell(`${kills} kills, ${logOf(cut()).length / RECORD_BYTES} responses cached in round ${round + 1}`)
        continue
      }
      if (ended.code !== 0) throw new Error(`a run after ${kills} kills failed:\n${ended.err}`)
      endRound()
    }
    const last = await start(asked, cut(), cache()).ended
    if (last.code !== 0) throw new Error(`the last run failed:\n${last.err}`)
    endRound()
  } finally {
    clearInterval(reader)
  }
  rmSync(folder, { recursive: true, force: true })
  return { kills, killsWithinBatches, completions, batchesBegun, batchesRepeated, mostRepeatedByOneKill, readings, unreadable, differences }
}

/** When to kill: milliseconds after the start, or after the first batch began. */
type Moment = { readonly afterStartMs: number } | { readonly afterFirstBatchMs: number }

async function killAt(moment: Moment, kill: () => void, hasBegun: () => boolean, signal: AbortSignal): Promise<void> {
  if ('afterFirstBatchMs' in moment) while (!hasBegun() && !signal.aborted) await sleep(1)
  await sleep('afterStartMs' in moment ? moment.afterStartMs : moment.afterFirstBatchMs)
  if (!signal.aborted) kill()
}

function start({ model, dataDir, items, batchTokens }: SoakOptions, folder: string, cache: readonly string[]) {
  const args = ['run', '--model', `m=${model}`, '--output', path.join(folder, 'results'), '--batch-tokens', String(batchTokens), ...cache]
  const samples = Object.fromEntries(items.map(([task, rows]) => [task, Array.from({ length: rows }, (_, row) => row)]))
  args.push('--tasks', items.map(([task]) => task).join(','), '--samples', JSON.stringify(samples))
  if (dataDir !== undefined) args.push('--data-dir', dataDir)
  mkdirSync(folder, { recursive: true })
  const env = { ...process.env, SOAK_BEGUN: begunFile(folder), NODE_OPTIONS: `--import data:text/javascript,${encodeURIComponent(COUNT_BATCHES)}` }
  const child = spawn(process.execPath, [CLI, ...args], { cwd: ROOT, env, stdio: ['ignore', 'ignore', 'pipe'] })
  let err = ''
  child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()))
  const ended = new Promise<{ code: number | null; signal: NodeJS.Signals | null; err: string }>((resolve) =>
    child.on('close', (code, signal) => resolve({ code, signal, err })),
  )
  return { ended, kill: () => child.kill('SIGKILL') }
}

/** PIQA has continuations of more than 256 tokens, the built-in model's window. The log-likelihoods beyond it mean nothing, but are still numbers. */
function lengthenWindow(config: string): void {
  const content = JSON.parse(readFileSync(config, 'utf8')) as { max_position_embeddings: number }
  writeFileSync(config, JSON.stringify({ ...content, max_position_embeddings: Math.max(2048, content.max_position_embeddings) }))
}

async function timed({ ended }: ReturnType<typeof start>): Promise<number> {
  const startedAt = performance.now()
  const { code, err } = await ended
  if (code !== 0) throw new Error(`the run fails by itself:\n${err}`)
  return performance.now() - startedAt
}

/** Every score and every log-likelihood of the newest complete run, as text. */
function figures(folder: string): ReadonlyMap<string, string> {
  const runs = path.join(folder, 'results/m')
  const names = readdirSync(runs).filter((name) => !name.includes('.partial'))
  const results = names
    .filter((name) => name.startsWith('results_'))
    .toSorted()
    .at(-1)!
  const time = results.slice('results_'.length, -'.json'.length)
  const found = new Map<string, string>([['results', JSON.stringify(JSON.parse(readFileSync(path.join(runs, results), 'utf8')).results)]])
  for (const name of names.filter((entry) => entry.startsWith('samples_') && entry.includes(time)))
    found.set(name.replace(time, ''), readFileSync(path.join(runs, name), 'utf8'))
  return found
}

function differencesOf(expected: ReadonlyMap<string, string>, found: ReadonlyMap<string, string>): string[] {
  return [...new Set([...expected.keys(), ...found.keys()])].filter((name) => expected.get(name) !== found.get(name))
}

function logFile(folder: string): string | undefined {
  const responses = path.join(folder, 'cache/answers')
  const name = existsSync(responses) ? readdirSync(responses).find((entry) => entry.endsWith('.log')) : undefined
  return name === undefined ? undefined : path.join(responses, name)
}

function logOf(folder: string): Buffer {
  const file = logFile(folder)
  return file === undefined ? Buffer.alloc(0) : readFileSync(file)
}

function begunFile(folder: string): string {
  return path.join(folder, 'begun')
}

/** Batches that were begun. */
function begunCount(folder: string): number {
  return existsSync(begunFile(folder)) ? statSync(begunFile(folder)).size : 0
}

/** Batches whose responses were cached. */
function batchCount(log: Buffer): number {
  const batches = new Set<string>()
  for (let at = 0; at + RECORD_BYTES <= log.length; at += RECORD_BYTES) batches.add(log.toString('latin1', at + 36, at + 48))
  return batches.size
}

/** A reader beside the run: every file with its final name must be complete. */
async function look(folder: string, unreadable: string[]): Promise<void> {
  const log = logFile(folder)
  if (log !== undefined) {
    const { strayBytes } = readRecords(readFileSync(log), path.basename(log, '.log'))
    if (strayBytes > 0) unreadable.push(`${log}: ${strayBytes} bytes`)
  }
  const runs = path.join(folder, 'results/m')
  if (!existsSync(runs)) return
  for (const name of readdirSync(runs).filter((entry) => entry.startsWith('results_') && entry.endsWith('.json'))) {
    await readStoredRun(path.join(runs, name)).catch((error: Error) => unreadable.push(`${name}: ${error.message}`))
  }
}

/** Numbers in [0, 1), the same for a seed: mulberry32. */
function generator(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

if (process.argv[1] === import.meta.filename) {
  const { values } = parseArgs({
    options: {
      kills: { type: 'string', default: '200' },
      model: { type: 'string', default: path.join(ROOT, 'demo/model') },
      'data-dir': { type: 'string' },
      piqa: { type: 'string', default: '300' },
      wikitext: { type: 'string', default: '3' },
      seed: { type: 'string', default: '1' },
      'batch-tokens': { type: 'string', default: '256' },
    },
  })
  const dataDir = values['data-dir']
  const prefix = dataDir === undefined ? 'valley_' : ''
  const result = await soak(
    {
      kills: Number(values.kills),
      model: values.model,
      dataDir,
      items: [
        [`${prefix}piqa`, Number(values.piqa)],
        [`${prefix}wikitext`, Number(values.wikitext)],
      ],
      seed: Number(values.seed),
      batchTokens: Number(values['batch-tokens']),
    },
    (line) => process.stderr.write(`${line}\n`),
  )
  process.stdout.write(`${JSON.stringify(result, null, 2)}\n`)
  const isSound = result.unreadable.length === 0 && result.differences.length === 0 && result.mostRepeatedByOneKill <= 1
  process.exit(isSound ? 0 : 1)
}
