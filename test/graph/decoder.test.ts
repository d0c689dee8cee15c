/** The graph for graphics processors, run on the CPU: its arithmetic against transformers in f32, in several chunks of rows. */
import { afterAll, expect, test } from 'vitest'
import { startSessionProcess } from '../../src/engine/onnx/session-process.ts'
import { ONE_OF_EACH_FAMILY } from '../fixture-requests.ts'
import { differencesOf } from './run-device-graph.ts'

const session = startSessionProcess()
afterAll(() => session.end())

test.each(ONE_OF_EACH_FAMILY)('%s in f32 gives the log-likelihoods of transformers, in several chunks', { tags: ['slow'] }, async (family) => {
  expect((await differencesOf(session, family, 'float', 4096)).at(-1)).toBeLessThan(2e-5)
})
