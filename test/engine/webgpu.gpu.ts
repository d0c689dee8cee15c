/** Scoring on WebGPU against the CPU and against transformers: every family, trees, shared prefixes, long windows. */
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { readConfig } from '../../src/checkpoint/config.ts'
import { readWeights } from '../../src/checkpoint/weights.ts'
import type { DeviceChoice } from '../../src/engine/device.ts'
import { onnxEngine, type OnnxOptions } from '../../src/engine/onnx.ts'
import { rollingWindows } from '../../src/plan/rolling-windows.ts'
import type { Sequence, SequenceScore } from '../../src/plan/sequence.ts'
import { softwareGpu } from '../software-gpu.ts'

const FIXTURES = path.join(import.meta.dirname, '../graph/fixtures')
/** Nats per token. */
const TOLERANCE = 1e-4

const WEBGPU = [{ provider: 'webgpu', index: 0 }] as const
const gpu = softwareGpu()
const skipped = gpu.missing === undefined ? '' : ` (skipped: ${gpu.missing})`

interface Golden {
  readonly requests: readonly { readonly context: number[]; readonly continuation: number[]; readonly log_prob: number; readonly is_greedy: boolean }[]
  readonly rolling: { readonly tokens: number[]; readonly prefix_token: number; readonly max_length: number; readonly log_prob: number }
}

describe.skipIf(gpu.missing !== undefined)(`on WebGPU${skipped}`, () => {
  test.each(readdirSync(FIXTURES).sort())('%s gives the log-likelihoods of transformers, alone and in windows', async (family) => {
    const folder = path.join(FIXTURES, family)
    const { requests, rolling } = JSON.parse(readFileSync(path.join(folder, 'golden.json'), 'utf8')) as Golden
    const asked = requests.map(({ context, continuation }) => sequence([...context, ...continuation].slice(0, -1), continuation))
    const windows = rollingWindows(rolling.tokens, rolling.prefix_token, rolling.max_length).map(({ input, targets }) => sequence(input, targets))
    const scores = await score(folder, [...asked, ...windows], WEBGPU)
    requests.forEach(({ continuation, log_prob: expected, is_greedy: isGreedy }, index) => {
      expect(Math.abs(scores[index]!.logProb - expected) / continuation.length).toBeLessThan(TOLERANCE)
      expect(scores[index]!.isGreedy).toBe(isGreedy)
    })
    const total = scores.slice(asked.length).reduce((sum, { logProb }) => sum + logProb, 0)
    expect(Math.abs(total - rolling.log_prob) / rolling.tokens.length).toBeLessThan(TOLERANCE)
  })

  test('long windows and trees pass in chunks of rows, with the same numbers', async () => {
    const folder = path.join(FIXTURES, 'qwen3')
    const { requests, rolling } = JSON.parse(readFileSync(path.join(folder, 'golden.json'), 'utf8')) as Golden
    const asked = requests.map(({ context, continuation }) => sequence([...context, ...continuation].slice(0, -1), continuation))
    const windows = rollingWindows(rolling.tokens, rolling.prefix_token, rolling.max_length).map(({ input, targets }) => sequence(input, targets))
    const all = [...asked, ...windows]
    const onCpu = await score(folder, all, [{ provider: 'cpu', index: 0 }])
    // 32 KiB: 2,048 pairs for four heads, a row of 32 queries and 64 keys.
    const inChunks = await score(folder, all, WEBGPU, { batchTokens: 4096, scoreBytes: 2 ** 15 })
    all.forEach(({ targets }, index) => expect(Math.abs(inChunks[index]!.logProb - onCpu[index]!.logProb) / targets.length).toBeLessThan(TOLERANCE))
  })
})

function sequence(input: readonly number[], targets: readonly number[]): Sequence {
  return { input: Int32Array.from(input), targets: Int32Array.from(targets) }
}

async function score(folder: string, sequences: readonly Sequence[], devices: DeviceChoice, options: OnnxOptions = {}): Promise<SequenceScore[]> {
  const config = await readConfig(folder)
  await using engine = await onnxEngine(config, await readWeights(folder, config), { ...options, devices })
  const scores: SequenceScore[] = []
  for await (const batch of engine.score(sequences)) for (const one of batch.scores) scores[one.sequence] = one
  return scores
}
