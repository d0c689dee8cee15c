/** Signals, sent to the built program as timeouts, schedulers, terminals and npm send them: docs/reliability.md lists what is promised. */
import { spawn, type ChildProcess } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, onTestFinished, test } from 'vitest'
import { temporaryFolder } from './temporary-folder.ts'
import { piqaRows, tinyModel, writeRows } from './tiny-model.ts'

const ROOT = path.join(import.meta.dirname, '..')
const CLI = path.join(ROOT, 'dist/src/cli.js')
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
const PAIRS = SIGNALS.flatMap((first) => SIGNALS.map((second) => [first, second] as const))

const model = tinyModel()
const rows = writeRows(model, 'piqa.jsonl', piqaRows(4000))

/** A started program, and all that it may leave. */
interface Started {
  readonly child: ChildProcess
  readonly output: string
  readonly cache: string
  readonly temporary: string
  readonly ended: Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null; readonly err: string }>
  readonly err: () => string
}

/** Starts `command` in a process group of its own. Arguments of the program stand behind it. */
function start(command: readonly string[], args: (output: string, cache: string) => readonly string[] = longRun): Started {
  const [output, cache, temporary] = [path.join(temporaryFolder(), 'out'), temporaryFolder(), temporaryFolder()]
  const [file, ...others] = [...command, ...args(output, cache)]
  const child = spawn(file!, others, {
    cwd: ROOT,
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, TMPDIR: temporary, EVALHARNESS_CACHE: cache },
  })
  onTestFinished(() => {
    try {
      process.kill(-child.pid!, 'SIGKILL')
    } catch {
      // It has ended, as it should.
    }
  })
  let err = ''
  child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()))
  return {
    child,
    output,
    cache,
    temporary,
    err: () => err,
    ended: new Promise((resolve) => child.on('close', (code, signal) => resolve({ code, signal, err }))),
  }
}

function longRun(output: string, cache: string): string[] {
  return ['run', '-m', `tiny=${model}`, '-t', 'piqa', '--data', `piqa=${rows}`, '-o', output, '--batch-tokens', '60', '--cache', cache]
}

async function until(condition: () => boolean): Promise<void> {
  for (let waited = 0; !condition(); waited += 10) {
    if (waited > 60_000) throw new Error('waited for a minute')
    await sleep(10)
  }
}

/** Waits until some answers are kept. */
async function underWay({ cache }: Started): Promise<void> {
  const folder = path.join(cache, 'answers')
  const hasAnswers = () =>
    existsSync(folder) && readdirSync(folder).some((name) => name.endsWith('.log') && readFileSync(path.join(folder, name)).length > 64 * 20)
  await until(hasAnswers)
}

/** Numbers of the processes that were started with this temporary directory. */
function processesOf(temporary: string): string[] {
  return readdirSync('/proc').filter((name) => {
    try {
      return /^\d+$/u.test(name) && readFileSync(`/proc/${name}/environ`, 'utf8').includes(`TMPDIR=${temporary}\0`)
    } catch {
      return false
    }
  })
}

/** Nothing runs, and nothing lies in the temporary directory. */
async function expectNothingLeft({ temporary }: Started): Promise<void> {
  await until(() => processesOf(temporary).length === 0)
  expect(readdirSync(temporary)).toEqual([])
}

/** What was scored is stored, whole; `--resume` finds it. */
function expectPartialResults({ output }: Started): void {
  expect(readdirSync(output).filter((name) => /^unfinished_.*\.json$/u.test(name))).toHaveLength(1)
  const folder = path.join(output, 'tiny')
  const names = readdirSync(folder).sort()
  expect(names).toEqual([expect.stringMatching(/^results_.*\.partial\.json$/u), expect.stringMatching(/^samples_piqa_.*\.partial\.jsonl$/u)])
  const { results, evalharness } = JSON.parse(readFileSync(path.join(folder, names[0]!), 'utf8')) as { results: { piqa: object }; evalharness: object }
  expect({ results, evalharness }).toMatchObject({ results: { piqa: { alias: expect.stringContaining('piqa') } }, evalharness: {} })
  const samples = readFileSync(path.join(folder, names[1]!), 'utf8').trimEnd().split('\n')
  for (const line of samples) JSON.parse(line)
  expect(samples.length).toBeGreaterThan(5)
}

async function sendPair(first: NodeJS.Signals, second: NodeJS.Signals, apartMs: number, processId: number): Promise<void> {
  const send = (signal: NodeJS.Signals) => {
    try {
      process.kill(processId, signal)
    } catch (error) {
      // It has ended by the first.
      expect(error).toMatchObject({ code: 'ESRCH' })
    }
  }
  send(first)
  if (apartMs > 0) await sleep(apartMs)
  send(second)
}

const NODE = [process.execPath, CLI]
const ROUTES = [
  { route: 'the program', command: NODE, toGroup: false },
  { route: 'its process group', command: NODE, toGroup: true },
  { route: 'timeout', command: ['timeout', '600', ...NODE], toGroup: false },
  { route: 'the group of npm run', command: ['npm', 'run', '-s', 'evalharness', '--'], toGroup: true },
] as const

/** Milliseconds between the signals: each pair gets some of them, each in another way. */
const APART_MS = [0, 5, 50, 200, 500]

describe.skipIf(process.platform !== 'linux').each(ROUTES)('two signals to $route', ({ command, toGroup, route }) => {
  const shift = ROUTES.findIndex((entry) => entry.route === route)
  test.each(PAIRS.map(([first, second], index) => [first, second, APART_MS[(index + shift) % APART_MS.length]!] as const))(
    '%s and %s, %i ms apart: what was scored is stored',
    async (first, second, apartMs) => {
      const started = start(command)
      await underWay(started)
      await sendPair(first, second, apartMs, toGroup ? -started.child.pid! : started.child.pid!)
      const { code, signal, err } = await started.ended
      await until(() => processesOf(started.temporary).length === 0)
      expect(err.match(/: ending the run and writing what was scored/gu)).toHaveLength(1)
      expectPartialResults(started)
      await expectNothingLeft(started)
      // npm ends as its shell ended, by the signal.
      if (route.includes('npm')) expect([first, second]).toContain(signal)
      else expect({ code, signal }).toEqual({ code: 130, signal: null })
    },
  )
})
