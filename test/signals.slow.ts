/** Signals, sent to the built program as timeouts, schedulers, terminals and npm send them: docs/reliability.md lists what is promised. */
import { execFileSync, spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { closeSync, existsSync, openSync, readdirSync, readFileSync, writeSync } from 'node:fs'
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

/** Starts `command` in a process group of its own. Arguments of the program follow it. */
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

/** Waits until some responses are cached. */
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

/** Nothing runs, and the temporary directory is empty. */
async function expectNothingLeft({ temporary }: Started): Promise<void> {
  await until(() => processesOf(temporary).length === 0)
  expect(readdirSync(temporary)).toEqual([])
}

/** What was scored is stored, whole; `--resume` finds it. */
function expectPartialResults({ output }: Started, leastItems = 6): void {
  expect(readdirSync(output).filter((name) => /^unfinished_.*\.json$/u.test(name))).toHaveLength(1)
  const folder = path.join(output, 'tiny')
  const names = readdirSync(folder).sort()
  expect(names).toEqual([expect.stringMatching(/^results_.*\.partial\.json$/u), expect.stringMatching(/^samples_piqa_.*\.partial\.jsonl$/u)])
  const { results, evalharness } = JSON.parse(readFileSync(path.join(folder, names[0]!), 'utf8')) as { results: { piqa: object }; evalharness: object }
  expect({ results, evalharness }).toMatchObject({ results: { piqa: { alias: expect.stringContaining('piqa') } }, evalharness: {} })
  const samples = readFileSync(path.join(folder, names[1]!), 'utf8').trimEnd().split('\n')
  for (const line of samples) JSON.parse(line)
  expect(samples.length).toBeGreaterThanOrEqual(leastItems)
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
  { route: 'npm run', command: ['npm', 'run', '-s', 'evalharness', '--'], toGroup: false },
  { route: 'the group of npm run', command: ['npm', 'run', '-s', 'evalharness', '--'], toGroup: true },
] as const

/** Milliseconds between the signals: each pair gets some of them, each in another way. */
const APART_MS = [0, 5, 50, 200, 500]

describe.skipIf(process.platform !== 'linux').each(ROUTES)('two signals to $route', ({ command, toGroup, route }) => {
  const shift = ROUTES.findIndex((entry) => entry.route === route)
  // Of a SIGINT to npm alone its shell waits for the program, which hears of nothing and goes on to its end.
  const pairs = route === 'npm run' ? PAIRS.filter(([first, second]) => first !== 'SIGINT' && second !== 'SIGINT') : PAIRS
  test.each(pairs.map(([first, second], index) => [first, second, APART_MS[(index + shift) % APART_MS.length]!] as const))(
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

test('three and more signals, all within three seconds, are one', async () => {
  const started = start(NODE)
  await underWay(started)
  for (let count = 0; count < 12; count++) {
    await sendPair('SIGTERM', SIGNALS[count % 3]!, 0, -started.child.pid!)
    await sleep(20)
  }
  expect(await started.ended).toMatchObject({ code: 130 })
  expectPartialResults(started)
  await expectNothingLeft(started)
})

test('the time limit of timeout itself, which signals the program and then its group', async () => {
  const measured = start(NODE)
  const startedAt = performance.now()
  await underWay(measured)
  const seconds = ((performance.now() - startedAt) / 1000) * 1.3 + 1
  measured.child.kill('SIGTERM')
  await measured.ended
  const started = start(['timeout', String(seconds), ...NODE])
  // So timeout says that the time was up.
  expect(await started.ended).toMatchObject({ code: 124 })
  expectPartialResults(started)
  await expectNothingLeft(started)
})

test.each([
  [0, 'SIGTERM'],
  [100, 'SIGTERM'],
  [300, 'SIGHUP'],
  [600, 'SIGINT'],
  [1000, 'SIGTERM'],
] as const)('two signals %i ms after the start: nothing is written without a scored item, and nothing stays', async (delayMs, name) => {
  const started = start(NODE)
  await sleep(delayMs)
  await sendPair(name, name, 50, -started.child.pid!)
  const { code, signal } = await started.ended
  // Until Node itself has started, nothing can answer a signal.
  if (signal === null) expect(code).toBe(130)
  else expect(signal).toBe(name)
  // A fast machine has scored items after a second.
  if (existsSync(path.join(started.output, 'tiny'))) expectPartialResults(started, 1)
  await expectNothingLeft(started)
})

test('while weights are quantized at load: nothing is written, and no scratch file stays', async () => {
  const started = start(NODE, (output, cache) => longRun(output, cache).map((word) => (word === `tiny=${model}` ? `${word},quantize=nf4` : word)))
  await until(() => readdirSync(started.temporary).some((name) => name.startsWith('evalharness-weights-')))
  await sendPair('SIGTERM', 'SIGTERM', 50, -started.child.pid!)
  expect((await started.ended).code).toBe(130)
  await expectNothingLeft(started)
})

test('kill -9 leaves a scratch file, which the next command removes', async () => {
  const started = start(NODE, (output, cache) => longRun(output, cache).map((word) => (word === `tiny=${model}` ? `${word},quantize=nf4` : word)))
  await underWay(started)
  process.kill(started.child.pid!, 'SIGKILL')
  await started.ended
  await until(() => processesOf(started.temporary).length === 0)
  expect(readdirSync(started.temporary)).toEqual([expect.stringMatching(/^evalharness-weights-/u)])
  execFileSync(process.execPath, [CLI, 'tasks'], { env: { ...process.env, TMPDIR: started.temporary }, stdio: 'ignore' })
  expect(readdirSync(started.temporary)).toEqual([])
})

test('a terminal that is gone: what was scored is stored', async () => {
  // `script` gives the program a terminal; killed, it takes it away, and the system sends SIGHUP.
  const started = start(['sh', '-c', 'exec script -qfec "$*" /dev/null', 'sh', ...NODE])
  await underWay(started)
  process.kill(started.child.pid!, 'SIGKILL')
  await until(() => processesOf(started.temporary).length === 0)
  expectPartialResults(started)
  await expectNothingLeft(started)
})

const prune = (output: string) => ['prune', 'laco', '-m', model, '-o', output, '--lowest-layer', '0', '--merge-layers', '2', '--threshold', '-1']
const OTHERS = [
  ['prune', prune],
  ['demo', (output: string) => ['demo', '-o', output]],
  ['doctor', () => ['doctor']],
  ['layermap', () => ['layermap', model, model]],
  ['tasks', () => ['tasks']],
  ['cache ls', () => ['cache', 'ls']],
] as const

describe.each(OTHERS)('two signals to %s', (name, args) => {
  test.each([200, 500, 900, 1500, 2500])('%i ms after the start: exit code 130 unless it was done, and no unfinished file stays', async (delayMs) => {
    const started = start(NODE, args)
    await sleep(delayMs)
    await sendPair('SIGTERM', 'SIGINT', 50, -started.child.pid!)
    const { code, signal, err } = await started.ended
    // Of two signals that wait for a busy process, the system delivers SIGINT first.
    if (signal === null && /^SIG(?:TERM|INT): /mu.test(err)) expect({ code, err }).toMatchObject({ code: 130 })
    // Done before the signal, or not yet begun.
    else expect({ code, signal, err }).toSatisfy(({ code: given }) => given === 0 || given === 2 || signal !== null)
    expect(err).not.toContain('this is a bug')
    const besideOutput = readdirSync(path.dirname(started.output))
    expect(besideOutput.filter((entry) => entry !== 'out')).toEqual([])
    if (name === 'prune' && besideOutput.length > 0) expect(readdirSync(started.output)).toContain('config.json')
    await expectNothingLeft(started)
  })
})

test.skipIf(process.platform !== 'linux')(
  'a signal after the work, while standard output waits for its reader: it is announced, so the exit code is 130',
  async () => {
    const pipe = path.join(temporaryFolder(), 'pipe')
    execFileSync('sh', ['-c', 'mkfifo "$1"', 'sh', pipe])
    // A pipe takes 64 KiB before its writer waits.
    const reader = spawn('sh', ['-c', `sleep 4; cat ${pipe} >/dev/null`], { stdio: 'ignore' })
    const ended = new Promise((resolve) => reader.on('close', resolve))
    const descriptor = openSync(pipe, 'r+')
    writeSync(descriptor, Buffer.alloc(65_536))
    const child = spawn(process.execPath, [CLI, 'tasks'], { stdio: ['ignore', descriptor, 'pipe'] })
    closeSync(descriptor)
    let err = ''
    child.stderr!.on('data', (chunk: Buffer) => (err += chunk.toString()))
    const closed = new Promise<number | null>((resolve) => child.on('close', resolve))
    await sleep(2500)
    child.kill('SIGTERM')
    expect({ code: await closed, err }).toEqual({ code: 130, err: expect.stringMatching(/^SIGTERM: ending\./mu) })
    await ended
  },
)

test('a reader that closes the pipe early, such as head, changes neither the work nor the exit code', () => {
  const folder = temporaryFolder()
  const { stdout } = spawnSync(
    'bash',
    ['-c', `"$@" | head -c 1 >/dev/null; echo "\${PIPESTATUS[0]}"; ls ${folder}/out`, 'bash', ...NODE, 'demo', '-o', `${folder}/out`],
    {
      cwd: ROOT,
      encoding: 'utf8',
    },
  )
  expect(stdout).toBe('0\ndemo.json\nlaco\nreport.html\nresults\n')
})
