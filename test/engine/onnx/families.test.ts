/**
 * Small random checkpoints of each family against transformers; other batches, orders and threads are in families.slow.ts.
 * The goldens say which version made them (scripts/make-family-goldens.py).
 */
import { afterAll, expect, test } from 'vitest'
import { readConfig } from '../../../src/model/config/config.ts'
import { readWeights } from '../../../src/model/weights/weights.ts'
import { startSessionProcess } from '../../../src/engine/onnx/session-process.ts'
import { ONE_OF_EACH_FAMILY, fixtureRequests } from '../../fixture-requests.ts'
import { scoreInPasses } from './score-in-passes.ts'

/** Nats per token. */
const TOLERANCE = 1e-5

// One process for all: starting one takes longer than a model.
const session = startSessionProcess()
afterAll(() => session.end())

test.each(ONE_OF_EACH_FAMILY)('%s gives the log-likelihoods of transformers, of many requests at once and in windows', async (family) => {
  const { folder, sequences, expected, windows, windowsLogProb } = fixtureRequests(family)
  const config = await readConfig(folder)
  const scores = await scoreInPasses(session, { config, weights: await readWeights(folder, config) }, [...sequences, ...windows])
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
