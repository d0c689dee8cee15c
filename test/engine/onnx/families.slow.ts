/** Small random checkpoints of each family against transformers, in batches of several sizes, orders and thread counts; the goldens say which version made them (scripts/make-family-goldens.py). */
import { describe, expect, test } from 'vitest'
import { readConfig } from '../../../src/model/config/config.ts'
import { readWeights } from '../../../src/model/weights/weights.ts'
import { onnxEngine, type OnnxOptions } from '../../../src/engine/onnx/onnx-engine.ts'
import type { Sequence, SequenceScore } from '../../../src/plan/sequence.ts'
import { FAMILIES, fixtureRequests } from '../../fixture-requests.ts'

/** Nats per token, against transformers and between any two ways of batching. */
const TOLERANCE = 1e-5

describe.each(FAMILIES)('%s', (family) => {
  const { folder, sequences, expected, windows, windowsLogProb } = fixtureRequests(family)

  test.each([
    { passTokens: 16, threads: 2, isReversed: false },
    { batchTokens: 256, threads: 1, isReversed: false },
    { batchTokens: 1024, threads: 2, isReversed: true },
    { batchTokens: 8192, threads: 2, isReversed: false },
  ])('gives the log-likelihoods of transformers with %o', async ({ isReversed, ...options }) => {
    const order = sequences.map((_, index) => index)
    if (isReversed) order.reverse()
    const scores = await score(
      folder,
      order.map((index) => sequences[index]!),
      options,
    )
    const misses = order.flatMap((index, position) => {
      const { logProb, isGreedy } = expected[index]!
      const found = scores[position]!
      const difference = Math.abs(found.logProb - logProb) / sequences[index]!.targets.length
      return difference <= TOLERANCE && found.isGreedy === isGreedy ? [] : [{ request: index, logProb, isGreedy, found, difference }]
    })
    expect(misses).toEqual([])
  })

  test('gives the rolling log-likelihood of transformers', async () => {
    const scores = await score(folder, windows, { batchTokens: 4096 })
    const total = scores.reduce((sum, { logProb }) => sum + logProb, 0)
    const tokenCount = windows.reduce((sum, { targets }) => sum + targets.length, 0)
    expect(Math.abs(total - windowsLogProb) / tokenCount).toBeLessThanOrEqual(TOLERANCE)
  })
})

async function score(folder: string, sequences: readonly Sequence[], options: OnnxOptions): Promise<SequenceScore[]> {
  const config = await readConfig(folder)
  await using engine = await onnxEngine(config, await readWeights(folder, config), options)
  const scores: SequenceScore[] = []
  for await (const batch of engine.score(sequences)) for (const one of batch.scores) scores[one.sequence] = one
  return scores
}
