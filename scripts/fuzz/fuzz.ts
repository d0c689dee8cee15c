/**
 * Reads hostile files of every kind, in processes of their own under a watch: no crash, no hang, no memory blow-up, no path outside the folder.
 *
 *   npm run fuzz -- [--seed 1] [--inputs 10000] [--only safetensors,card] [--input 17] [--workers 2] [--longest MS] [--targets FILE.ts] [--keep DIR]
 *
 * The same seed makes the same inputs. A failure is printed with the command that repeats it; `--keep` writes its files there. `--targets` takes the targets of another file. Exit code 1 if
 * anything failed. A failure is whatever is not a HarnessError: any other exception, an input that takes longer than ten seconds, a process that
 * dies or grows beyond a gibibyte, a path outside the input's folder, a control character on the terminal, markup in a report.
 */
import { fork, type ChildProcess } from 'node:child_process'
import os from 'node:os'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { temporaryFolder } from '../../test/temporary-folder.ts'
import { inputFiles, writeInput, type InputName } from './input.ts'
import type { FuzzTarget } from './target.ts'
import type { Answer, Outcome } from './worker.ts'

const MOST_BYTES = 2 ** 30
const HEAP_MEBIBYTES = 512

/** The results of all inputs of a target. */
interface Tally {
  read: number
  refused: number
  failed: number
  slowestMs: number
  slowest: number
  peakBytes: number
}

interface Failure {
  readonly name: InputName
  readonly signature: string
  readonly detail: string
}

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    inputs: { type: 'string', default: '10000' },
    only: { type: 'string' },
    input: { type: 'string' },
    workers: { type: 'string', default: String(Math.min(4, os.availableParallelism())) },
    keep: { type: 'string' },
    // A valid file of this size takes milliseconds; the limit leaves room for a busy machine.
    longest: { type: 'string', default: '10000' },
    targets: { type: 'string', default: path.join(import.meta.dirname, 'targets.ts') },
  },
})

const longestMs = Number(values.longest)
const temporary = temporaryFolder()
const { fuzzTargets } = (await import(pathToFileURL(path.resolve(values.targets)).href)) as typeof import('./targets.ts')
const targets = chosenTargets(fuzzTargets(), values.only)
const tallies = new Map<string, Tally>(targets.map(({ name }) => [name, { read: 0, refused: 0, failed: 0, slowestMs: 0, slowest: 0, peakBytes: 0 }]))
const failures: Failure[] = []
const queue = inputNames()
const startedAt = performance.now()
// If it is ended early, it still prints its results.
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.on(signal, () => {
    report()
    process.exit(failures.length > 0 ? 1 : 130)
  })
await Promise.all(Array.from({ length: Number(values.workers) }, work))
report()
process.exit(failures.length > 0 ? 1 : 0)

function chosenTargets(all: readonly FuzzTarget[], only: string | undefined): readonly FuzzTarget[] {
  const names = only?.split(',')
  const unknown = names?.find((name) => !all.some((target) => target.name === name))
  if (unknown !== undefined) throw new Error(`no target ${unknown}; there are ${all.map(({ name }) => name).join(', ')}`)
  return names ? all.filter(({ name }) => names.includes(name)) : all
}

/** Inputs of all targets in turns, as many of each as its share, at least one. */
function* inputNames(): Generator<InputName> {
  const seed = Number(values.seed)
  const whole = targets.reduce((sum, { share }) => sum + share, 0)
  for (const { name: target, share } of targets) {
    if (values.input !== undefined) yield { target, seed, index: Number(values.input) }
    else for (let index = 0; index < Math.max(1, Math.round((Number(values.inputs) * share) / whole)); index++) yield { target, seed, index }
  }
}

/** Takes inputs until there are none, with a process that is replaced when it dies, hangs or has grown. */
async function work(): Promise<void> {
  let worker: ChildProcess | undefined
  for (const name of queue) {
    worker ??= await startWorker()
    const answer = await ask(worker, name)
    note(name, answer)
    if (answer.outcome.kind !== 'failed' || answer.peakBytes > 0) continue
    worker.kill('SIGKILL')
    worker = undefined
  }
  worker?.disconnect()
}

async function startWorker(): Promise<ChildProcess> {
  const worker = fork(path.join(import.meta.dirname, 'worker.ts'), [path.resolve(values.targets)], {
    execArgv: ['--import', new URL('../typescript.js', import.meta.url).href, `--max-old-space-size=${HEAP_MEBIBYTES}`],
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    // A worker that is killed removes nothing.
    env: { ...process.env, TMPDIR: temporary },
  })
  worker.stderr!.resume()
  await new Promise((resolve, reject) => worker.once('message', resolve).once('exit', () => reject(new Error('a worker did not start'))))
  return worker
}

/** A worker that does not respond has no `peakBytes`: it cannot be used again. */
async function ask(worker: ChildProcess, name: InputName): Promise<Answer> {
  const lost = (signature: string): Answer => ({ outcome: { kind: 'failed', signature, detail: '' }, elapsedMs: longestMs, peakBytes: 0 })
  const answer = await new Promise<Answer>((resolve) => {
    const died = () => resolve(lost(`the process died: out of its ${HEAP_MEBIBYTES} MiB of heap, or worse`))
    const timer = setTimeout(() => resolve(lost(`no answer within ${longestMs / 1000} s`)), longestMs)
    worker.once('exit', died)
    worker.once('message', (message: Answer) => {
      worker.off('exit', died)
      clearTimeout(timer)
      resolve(message)
    })
    worker.send(name)
  })
  if (answer.peakBytes <= MOST_BYTES) return answer
  return { ...lost(`the process grew to ${Math.round(answer.peakBytes / 2 ** 20)} MiB`), elapsedMs: answer.elapsedMs }
}

function note(name: InputName, { outcome, elapsedMs, peakBytes }: Answer): void {
  const tally = tallies.get(name.target)!
  tally[outcome.kind]++
  tally.peakBytes = Math.max(tally.peakBytes, peakBytes)
  if (elapsedMs > tally.slowestMs) Object.assign(tally, { slowestMs: elapsedMs, slowest: name.index })
  if (outcome.kind === 'failed') keep(name, outcome)
}

function keep(name: InputName, { signature, detail }: Extract<Outcome, { kind: 'failed' }>): void {
  failures.push({ name, signature, detail })
  if (values.keep === undefined) return
  const folder = path.join(values.keep, `${name.target}-${name.index}`)
  writeInput(
    inputFiles(
      targets.find((target) => target.name === name.target)!,
      name,
    ),
    folder,
  )
}

function report(): void {
  const lines = [...tallies].map(([name, { read, refused, failed, slowestMs, slowest, peakBytes }]) => [
    name,
    read + refused + failed,
    read,
    refused,
    failed,
    `${Math.round(slowestMs)} ms (${slowest})`,
    `${Math.round(peakBytes / 2 ** 20)} MiB`,
  ])
  for (const line of [['target', 'inputs', 'read', 'refused', 'failed', 'slowest', 'peak'], ...lines])
    console.log(line.map((cell, column) => (column === 0 ? String(cell).padEnd(14) : String(cell).padStart(column === 5 ? 16 : 9))).join(' '))
  const total = [...tallies.values()].reduce((sum, { read, refused, failed }) => sum + read + refused + failed, 0)
  console.log(`${total} inputs from seed ${values.seed} in ${Math.round((performance.now() - startedAt) / 1000)} s: ${failures.length} failed`)
  const byCause = new Map<string, Failure[]>()
  for (const failure of failures) {
    const cause = `${failure.name.target}: ${failure.signature}`
    byCause.set(cause, [...(byCause.get(cause) ?? []), failure])
  }
  for (const [cause, members] of byCause) {
    const { name, detail } = members[0]!
    console.log(
      `\n${members.length} × ${cause}\n  again: npm run fuzz -- --seed ${name.seed} --only ${name.target} --input ${name.index}\n${detail.split('\n').slice(0, 14).join('\n')}`,
    )
  }
}
