/** The graph for graphics processors, run on the CPU: all rows in one chunk, and what rounding to f16 does. */
import { afterAll, describe, expect, test } from 'vitest'
import { startSessionProcess } from '../../src/engine/onnx/session-process.ts'
import { FAMILIES, hasExperts } from '../fixture-requests.ts'
import { differencesOf } from './run-device-graph.ts'

/** Nats per token in f16, of models that rounding moves further: transformers itself, in f16 on the CPU, is 0.046 off. */
const MOST_F16: Readonly<Record<string, number>> = { smollm3: 0.03 }

/**
 * Requests of mixtures of experts that may be further off: a token between two experts may get the other one in f16. transformers itself, in f16 on the CPU,
 * is 0.08 off in one request of qwen2-moe-dense, and 0.05 in one of qwen3-moe.
 */
const OTHER_EXPERTS = 2

const session = startSessionProcess()
afterAll(() => session.end())

describe.each(FAMILIES)('%s', (family) => {
  test('in f32 and one chunk it gives the log-likelihoods of transformers', async () => {
    expect((await differencesOf(session, family, 'float', Infinity)).at(-1)).toBeLessThan(2e-5)
  })

  test('in f16 it is as near as rounding lets it be', async () => {
    const differences = await differencesOf(session, family, 'float16', 4096)
    const most = MOST_F16[family] ?? 0.02
    expect(differences.at(hasExperts(family) ? -1 - OTHER_EXPERTS : -1)).toBeLessThan(most)
    expect(differences.at(-1)).toBeGreaterThan(1e-4)
  })
})
