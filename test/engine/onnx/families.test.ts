/**
 * Small random checkpoints of each family against transformers; other batches, orders and threads are in families.slow.ts.
 * The goldens say which version made them (scripts/make-family-goldens.py).
 */
import { expect, test } from 'vitest'
import { readConfig } from '../../../src/model/config/config.ts'
import { readWeights } from '../../../src/model/weights/weights.ts'
import { onnxEngine } from '../../../src/engine/onnx/onnx-engine.ts'
import type { Engine } from '../../../src/engine/engine.ts'
import type { Sequence, SequenceScore } from '../../../src/plan/sequence.ts'
import { FAMILIES, fixtureRequests } from '../../fixture-requests.ts'

/** Nats per token. */
const TOLERANCE = 1e-5

test.each(FAMILIES)('%s gives the log-likelihoods of transformers, of many requests at once and in windows', async (family) => {
  const { folder, sequences, expected, windows, windowsLogProb } = fixtureRequests(family)
  const config = await readConfig(folder)
  await using engine = await onnxEngine(config, await readWeights(folder, config), { passTokens: 16, threads: 2 })
  const scores = await scoresOf(engine, sequences)
  const misses = sequences.flatMap(({ targets }, index) => {
    const { logProb, isGreedy } = expected[index]!
    const found = scores[index]!
    const difference = Math.abs(found.logProb - logProb) / targets.length
    return difference <= TOLERANCE && found.isGreedy === isGreedy ? [] : [{ request: index, logProb, isGreedy, found, difference }]
  })
  expect(misses).toEqual([])
  const rolling = (await scoresOf(engine, windows)).reduce((sum, { logProb }) => sum + logProb, 0)
  const tokenCount = windows.reduce((sum, { targets }) => sum + targets.length, 0)
  expect(Math.abs(rolling - windowsLogProb) / tokenCount).toBeLessThanOrEqual(TOLERANCE)
})

async function scoresOf(engine: Engine, sequences: readonly Sequence[]): Promise<SequenceScore[]> {
  const scores: SequenceScore[] = []
  for await (const batch of engine.score(sequences)) for (const one of batch.scores) scores[one.sequence] = one
  return scores
}
