/** The graph for graphics processors, run on the CPU: its arithmetic against transformers in f32, in several chunks of rows. */
import { afterAll, expect, test } from 'vitest'
import { startSessionProcess } from '../../src/engine/onnx/session-process.ts'
import { ONE_OF_EACH_FAMILY_OF_DEVICES } from '../fixture-requests.ts'
import { largestDifference } from './run-device-graph.ts'

const session = startSessionProcess()
afterAll(() => session.end())

test.each(ONE_OF_EACH_FAMILY_OF_DEVICES)('%s in f32 gives the log-likelihoods of transformers, in several chunks', { tags: ['slow'] }, async (family) => {
  expect(await largestDifference(session, family, 'float', 4096)).toBeLessThan(2e-5)
})
