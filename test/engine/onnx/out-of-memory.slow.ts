/** Memory that really runs out: the session's process is held to little more than it has after loading. */
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { readConfig } from '../../../src/model/config/config.ts'
import { readWeights } from '../../../src/model/weights/weights.ts'
import { onnxEngine } from '../../../src/engine/onnx/onnx-engine.ts'
import type { Sequence, SequenceScore } from '../../../src/plan/sequence.ts'
import { tinyModel } from '../../tiny-model.ts'

const canLimit = process.platform === 'linux' && existsSync('/usr/bin/prlimit')

/** 3,000 sequences of 40 tokens that share next to nothing. */
const sequences: Sequence[] = Array.from({ length: 3000 }, (_, row) => ({
  input: Int32Array.from({ length: 40 }, (_value, column) => 3 + ((Math.imul(row * 40 + column + 1, 2_654_435_761) >>> 8) % 150)),
  targets: Int32Array.of(5, 6, 7),
}))

test.skipIf(!canLimit)('passes that do not fit are halved until they fit, with a notice and without a change of scores', async () => {
  const folder = tinyModel()
  const config = await readConfig(folder)
  const weights = await readWeights(folder, config)
  const notices: string[] = []
  await using roomy = await onnxEngine(config, weights, { batchTokens: 4096 })
  const expected = await scores(roomy)
  await using tight = await onnxEngine(config, weights, { batchTokens: 1_000_000, onNotice: (notice) => notices.push(notice) })
  const child = childProcesses().at(-1)!
  const bytes = Number(/VmSize:\s+(\d+) kB/u.exec(readFileSync(`/proc/${child}/status`, 'utf8'))![1]) * 1024
  execFileSync('prlimit', ['--pid', String(child), `--as=${bytes + 150 * 2 ** 20}`])
  const found = await scores(tight)
  expect(notices[0]).toMatch(/^out of memory on passes of \d+ tokens: going on with at most (\d+); --batch-tokens \1 does so from the start$/u)
  expect(found).toHaveLength(expected.length)
  found.forEach(({ logProb, isGreedy }, index) => {
    expect(Math.abs(logProb - expected[index]!.logProb)).toBeLessThan(3e-5)
    expect(isGreedy).toBe(expected[index]!.isGreedy)
  })
})

describe('a limit on what scoring may take', () => {
  afterEach(() => void vi.unstubAllEnvs())
  // Ballast of 300 MB, which no estimate knows of.
  const withBallast = () => vi.stubEnv('NODE_OPTIONS', '--import "data:text/javascript,globalThis.ballast=Buffer.alloc(3e8,1)"')

  test('passes that took more are followed by shorter ones, and no score changes', async () => {
    const folder = tinyModel()
    const config = await readConfig(folder)
    const weights = await readWeights(folder, config)
    await using roomy = await onnxEngine(config, weights)
    const expected = await scores(roomy)
    withBallast()
    await using loaded = await onnxEngine(config, weights)
    const notices: string[] = []
    await using tight = await onnxEngine(config, weights, {
      batchTokens: 131_072,
      memoryBytes: loaded.peakBytes!() + 20e6,
      onNotice: (notice) => notices.push(notice),
    })
    const found = await scores(tight)
    found.forEach(({ logProb }, index) => expect(Math.abs(logProb - expected[index]!.logProb)).toBeLessThan(3e-5))
    expect(notices[0]).toMatch(
      /^passes of \d+ tokens took \d+ MiB in all, more than --memory allows: going on with at most (\d+); --batch-tokens \1 does so from the start$/u,
    )
    // It ends when batches fit, far above the least.
    expect(Number(/at most (\d+)/u.exec(notices.at(-1)!)![1])).toBeGreaterThan(100)
  })

  test('if the model alone takes more, there is one notice and batches do not change', async () => {
    const folder = tinyModel()
    const config = await readConfig(folder)
    withBallast()
    const notices: string[] = []
    await using engine = await onnxEngine(config, await readWeights(folder, config), { memoryBytes: 300e6, onNotice: (notice) => notices.push(notice) })
    expect(await scores(engine)).toHaveLength(sequences.length)
    expect(notices).toEqual([expect.stringMatching(/^the model alone took \d+ MiB, more than --memory allows$/u)])
  })
})

async function scores(engine: Awaited<ReturnType<typeof onnxEngine>>): Promise<SequenceScore[]> {
  const all: SequenceScore[] = []
  for await (const batch of engine.score(sequences)) for (const score of batch.scores) all[score.sequence] = score
  return all
}

/** In the order of their start. */
function childProcesses(): number[] {
  return readFileSync(`/proc/self/task/${process.pid}/children`, 'utf8').trim().split(/\s+/u).map(Number)
}
