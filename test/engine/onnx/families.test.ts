/**
 * Small random checkpoints of each family against transformers; other batches, orders and threads are in families.slow.ts.
 * The goldens say which version made them (scripts/make-family-goldens.py).
 */
import { afterAll, expect, test } from 'vitest'
import { readConfig } from '../../../src/model/config/config.ts'
import { readWeights } from '../../../src/model/weights/weights.ts'
import { modelInPasses } from '../../../src/engine/onnx/device-model.ts'
import { readScores } from '../../../src/engine/onnx/read-scores.ts'
import { startSessionProcess } from '../../../src/engine/onnx/session-process.ts'
import { planBatches } from '../../../src/plan/batches.ts'
import type { Sequence, SequenceScore } from '../../../src/plan/sequence.ts'
import { ONE_OF_EACH_FAMILY, fixtureRequests } from '../../fixture-requests.ts'

/** Nats per token. */
const TOLERANCE = 1e-5
const PASS_TOKENS = 16

// One process for all: starting one takes longer than a model.
const session = startSessionProcess()
afterAll(() => session.end())

test.each(ONE_OF_EACH_FAMILY)('%s gives the log-likelihoods of transformers, of many requests at once and in windows', async (family) => {
  const { folder, sequences, expected, windows, windowsLogProb } = fixtureRequests(family)
  const scores = await scoresOf(folder, [...sequences, ...windows])
  const misses = sequences.flatMap(({ targets }, index) => {
    const { logProb, isGreedy } = expected[index]!
    const found = scores[index]!
    const difference = Math.abs(found.logProb - logProb) / targets.length
    return difference <= TOLERANCE && found.isGreedy === isGreedy ? [] : [{ request: index, logProb, isGreedy, found, difference }]
  })
  expect(misses).toEqual([])
  const rolling = scores.slice(sequences.length).reduce((sum, { logProb }) => sum + logProb, 0)
  const tokenCount = windows.reduce((sum, { targets }) => sum + targets.length, 0)
  expect(Math.abs(rolling - windowsLogProb) / tokenCount).toBeLessThanOrEqual(TOLERANCE)
})

async function scoresOf(folder: string, sequences: readonly Sequence[]): Promise<SequenceScore[]> {
  const config = await readConfig(folder)
  const weights = await readWeights(folder, config)
  const model = modelInPasses(config, weights)
  await session.load(model.graphWith(1).graph, { root: weights.root, threads: 2, isOptimized: true })
  const scores: SequenceScore[] = []
  for (const batch of planBatches(sequences, 1024).batches) {
    const outputs = await session.run(model.layOut(batch, PASS_TOKENS).feedsFor(1))
    const found = { logProbs: outputs['log_probs'] as Float32Array, best: outputs['best'] as BigInt64Array }
    for (const score of readScores(batch, sequences, found, 'float32')) scores[score.sequence] = score
  }
  return scores
}
