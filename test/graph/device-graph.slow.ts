/** The graph for graphics processors, run on the CPU: all rows in one chunk, and what rounding to f16 does. */
import { afterAll, describe, expect, test } from 'vitest'
import { startSessionProcess } from '../../src/engine/onnx/session-process.ts'
import { FAMILIES_OF_DEVICES } from '../fixture-requests.ts'
import { largestDifference } from './run-device-graph.ts'

const session = startSessionProcess()
afterAll(() => session.end())

describe.each(FAMILIES_OF_DEVICES)('%s', (family) => {
  test('in f32 and one chunk it gives the log-likelihoods of transformers', async () => {
    expect(await largestDifference(session, family, 'float', Infinity)).toBeLessThan(2e-5)
  })

  // Not measured for the other families.
  test.runIf(/^(?:llama|mistral(?:-|$)|qwen\d(?:-untied|-window|-yarn)?$|smollm2$)/u.test(family))('in f16 it stays within 0.02 nats per token', async () => {
    const difference = await largestDifference(session, family, 'float16', 4096)
    expect(difference).toBeLessThan(0.02)
    expect(difference).toBeGreaterThan(1e-4)
  })
})
