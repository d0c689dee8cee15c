/** The graph for graphics processors, run on the CPU: its arithmetic against transformers in f32, and what rounding to f16 does to it. */
import { afterAll, describe, expect, test } from 'vitest'
import { readConfig } from '../../src/model/config/config.ts'
import { readWeights } from '../../src/model/weights/weights.ts'
import { rowFeeds } from '../../src/engine/onnx/row-feeds.ts'
import { startSessionProcess } from '../../src/engine/onnx/session-process.ts'
import { deviceDecoderGraph } from '../../src/graph/decoder.ts'
import type { FloatType } from '../../src/graph/onnx-model.ts'
import { planBatches } from '../../src/plan/batches.ts'
import { layOutRows } from '../../src/plan/row-layout.ts'
import { FAMILIES, fixtureRequests } from '../fixture-requests.ts'

const session = startSessionProcess()
afterAll(() => session.end())

/** The largest difference to transformers, in nats per token. The CPU provider computes f16 in f32 and rounds each result where it has no kernel. */
async function largestDifference(family: string, type: FloatType, mostPairs: number): Promise<number> {
  const { folder, sequences, expected } = fixtureRequests(family)
  const config = await readConfig(folder)
  const weights = await readWeights(folder, config)
  const [batch, ...others] = planBatches(sequences, 4096).batches
  expect(others).toEqual([])
  const layout = layOutRows(batch!.tree, mostPairs)
  // One chunk more than the batch has rows for.
  const chunkCount = layout.chunks.length + 1
  await session.load(deviceDecoderGraph(config, weights, type, chunkCount), { root: weights.root, isOptimized: true })
  const { log_probs: logProbs } = await session.run(rowFeeds(config)(batch!, layout, chunkCount))
  const differences = batch!.members.map(({ sequence, slots }) => {
    const total = slots.reduce((sum, slot) => sum + Number(logProbs![slot]), 0)
    return Math.abs(total - expected[sequence]!.logProb) / slots.length
  })
  return Math.max(...differences)
}

describe.each(FAMILIES)('%s', (family) => {
  test('in f32 it gives the log-likelihoods of transformers, in one chunk and in several', async () => {
    expect(await largestDifference(family, 'float', Infinity)).toBeLessThan(2e-5)
    expect(await largestDifference(family, 'float', 4096)).toBeLessThan(2e-5)
  })

  test('in f16 it stays within 0.02 nats per token', async () => {
    const difference = await largestDifference(family, 'float16', 4096)
    expect(difference).toBeLessThan(0.02)
    expect(difference).toBeGreaterThan(1e-4)
  })
})
