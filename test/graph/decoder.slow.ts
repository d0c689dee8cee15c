/** The graph for graphics processors, run on the CPU: all rows in one chunk, and what rounding to f16 does. */
import { afterAll, describe, expect, test } from 'vitest'
import { startSessionProcess } from '../../src/engine/onnx/session-process.ts'
import { FAMILIES_OF_DEVICES } from '../fixture-requests.ts'
import { largestDifference } from './run-device-graph.ts'

/** Nats per token in f16, of models that rounding moves further: transformers itself, in f16 on the CPU, is 0.046 off. */
const MOST_F16: Readonly<Record<string, number>> = { smollm3: 0.03 }

const session = startSessionProcess()
afterAll(() => session.end())

describe.each(FAMILIES_OF_DEVICES)('%s', (family) => {
  test('in f32 and one chunk it gives the log-likelihoods of transformers', async () => {
    expect(await largestDifference(session, family, 'float', Infinity)).toBeLessThan(2e-5)
  })

  test('in f16 it is as near as rounding lets it be', async () => {
    const difference = await largestDifference(session, family, 'float16', 4096)
    expect(difference).toBeLessThan(MOST_F16[family] ?? 0.02)
    expect(difference).toBeGreaterThan(1e-4)
  })
})
