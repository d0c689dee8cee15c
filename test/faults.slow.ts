/** What befalls a run, done to it for real: docs/reliability.md lists these by name. */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { evalharness, start } from './program.ts'
import { temporaryFolder } from './temporary-folder.ts'
import { piqaRows, tinyModel, writeRows } from './tiny-model.ts'

const model = tinyModel()
const rows = writeRows(model, 'piqa.jsonl', piqaRows(120))
const results = () => path.join(temporaryFolder(), 'results')
const order = (output: string, cache: string) => [
  'run',
  '-m',
  `tiny=${model}`,
  '-t',
  'piqa',
  '--data',
  `piqa=${rows}`,
  '-o',
  output,
  '--batch-tokens',
  '60',
  '--cache',
  cache,
]
const whole = (async () => {
  const output = results()
  await evalharness(...order(output, temporaryFolder()))
  return samplesOf(output)
})()

function samplesOf(output: string): string {
  const name = readdirSync(path.join(output, 'tiny')).findLast((entry) => entry.startsWith('samples_') && !entry.includes('.partial'))!
  return readFileSync(path.join(output, 'tiny', name), 'utf8')
}

function logOf(cache: string): string {
  const folder = path.join(cache, 'answers')
  return path.join(folder, existsSync(folder) ? (readdirSync(folder).find((name) => name.endsWith('.log')) ?? 'none') : 'none')
}

/** Starts a run and waits until some responses are cached. */
async function underWay(output: string, cache: string) {
  const run = start(order(output, cache))
  for (;;) {
    const log = logOf(cache)
    if (existsSync(log) && readFileSync(log).length > 64 * 20) return run
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

test.each([
  ['SIGKILL', null],
  ['SIGTERM', 130],
  ['SIGINT', 130],
] as const)('after %s the same command, or --resume, goes on, and its items are those of a run that was not cut', async (signal, code) => {
  const [output, cache] = [results(), temporaryFolder()]
  const { child, ended } = await underWay(output, cache)
  child.kill(signal)
  expect((await ended).code).toBe(code)
  const { code: resumedCode, err } = await evalharness('run', '--resume', output)
  expect({ resumedCode, err }).toMatchObject({ resumedCode: 0, err: expect.stringMatching(/[\d,]+ cached responses/u) })
  expect(samplesOf(output)).toBe(await whole)
  expect(readdirSync(output)).toEqual(['tiny'])
  expect(await evalharness('run', '--resume', output)).toMatchObject({ code: 2, err: expect.stringContaining('no unfinished run') })
})

test('SIGTERM to the whole group, as a scheduler sends it, keeps what was scored', async () => {
  const [output, cache] = [results(), temporaryFolder()]
  const { child, ended } = await underWay(output, cache)
  const children = readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8').trim().split(' ').map(Number)
  for (const pid of [...children, child.pid!]) process.kill(pid, 'SIGTERM')
  expect(await ended).toMatchObject({ code: 130, err: expect.stringMatching(/to continue, run the same command again/u) })
})

test.each([
  ['cut short', (file: string) => truncateSync(file, 64 * 100 + 13)],
  ['overwritten with noise', (file: string) => writeFileSync(file, Buffer.alloc(20_000, 'EHA1 noise'))],
])('a cache file that was %s is set aside with a notice, and the scores are right', async (_how, damage) => {
  const [output, cache] = [results(), temporaryFolder()]
  await evalharness(...order(output, cache))
  damage(logOf(cache))
  const { code, err } = await evalharness(...order(output, cache))
  expect(code).toBe(0)
  expect(err).toMatch(/was damaged: [\d,]+ responses are sound and stay, the file was set aside as \S+\.damaged/u)
  expect(samplesOf(output)).toBe(await whole)
})

test('a clock that was set back makes the later run the newest all the same, and no time negative', async () => {
  const [output, cache] = [results(), temporaryFolder()]
  await evalharness(...order(output, cache))
  const before = readdirSync(path.join(output, 'tiny')).filter((name) => name.startsWith('results_'))
  // An hour back, a second after the program starts.
  const shift = `const real = Date.now; const began = real(); globalThis.Date = class extends Date { constructor(...a) { a.length ? super(...a) : super(real() - (real() - began > 300 ? 3.6e6 : 0)) } static now() { return real() - (real() - began > 300 ? 3.6e6 : 0) } }`
  const { ended } = start(order(output, cache), { NODE_OPTIONS: `--import data:text/javascript,${encodeURIComponent(shift)}` })
  expect((await ended).code).toBe(0)
  const after = readdirSync(path.join(output, 'tiny'))
    .filter((name) => name.startsWith('results_'))
    .sort()
  expect(after).toHaveLength(2)
  expect(after[0]).toBe(before[0])
  const { evalharness: own, total_evaluation_time_seconds: seconds } = JSON.parse(readFileSync(path.join(output, 'tiny', after[1]!), 'utf8'))
  expect(Number(seconds)).toBeGreaterThan(0)
  expect(own.work.firstScoreMs).toBeGreaterThan(0)
  expect(samplesOf(output)).toBe(await whole)
})

describe.skipIf(process.platform !== 'linux' || process.getuid?.() !== 0)('with a file system of its own (needs root on Linux)', () => {
  const mounted: string[] = []
  afterEach(() => {
    for (const folder of mounted.splice(0)) execFileSync('umount', [folder])
  })
  function mount(options: string): string {
    const folder = temporaryFolder()
    execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', folder])
    mounted.push(folder)
    return folder
  }

  test('a full disk: the results are not half-written, and once there is room the cached responses are used', async () => {
    const [small, cache] = [mount('size=64k'), temporaryFolder()]
    const output = path.join(small, 'results')
    const { code, err } = await evalharness(...order(output, cache))
    expect({ code, err }).toMatchObject({ code: 2, err: expect.stringContaining('ENOSPC') })
    expect(readdirSync(output, { recursive: true }).filter((name) => /results_|\.tmp$/u.test(String(name)))).toEqual([])
    execFileSync('mount', ['-o', 'remount,size=16m', small])
    expect(await evalharness(...order(output, cache), '--verbose')).toMatchObject({ code: 0, err: expect.stringContaining(' 0 computed') })
    expect(samplesOf(output)).toBe(await whole)
  })

  test('a full disk under the cache: one warning, and the run ends as usual', async () => {
    const [output, small] = [results(), mount('size=16k')]
    const { code, err } = await evalharness(...order(output, small))
    expect(code).toBe(0)
    expect(err.match(/responses are no longer cached: .*ENOSPC/gu)).toHaveLength(1)
    expect(samplesOf(output)).toBe(await whole)
  })

  test('a read-only results folder is refused before anything is scored', async () => {
    const folder = mount('size=64k')
    mkdirSync(path.join(folder, 'results'))
    execFileSync('mount', ['-o', 'remount,ro', folder])
    const { code, err } = await evalharness(...order(path.join(folder, 'results'), temporaryFolder()))
    expect({ code, err }).toMatchObject({ code: 2, err: expect.stringContaining('cannot write results') })
    expect(err).not.toContain('tokens in')
  })
})
