import { expect, test } from 'vitest'
import { determinismSummary, taskWorkSummary, tieSummary, workSummary } from '../../../src/report/terminal/work-summary.ts'
import { workRecord } from '../../../src/store/work-record.ts'

const whole = { elapsedMs: { load: 3100, tokenize: 40, plan: 20, engine: 6000, roofline: 200, record: 30 }, firstScoreMs: 3900, peakBytes: 980 * 2 ** 20 }
const taskWork = {
  task: 'piqa',
  tokensAsked: 14251,
  tokensDistinct: 9236,
  tokensComputed: 9241,
  layerPassesAsked: 513036,
  layerPassesDistinct: 83124,
  layerPassesComputed: 83169,
  cachedCount: 0,
  operations: 1.2e12,
  engineMs: 6000,
  encodingMs: 50,
  peakGemmRate: 2.5e11,
}

test('the work of a run is three lines, that of a task one', () => {
  expect(workSummary(workRecord([taskWork], whole))).toBe(
    'tokens: 14,251 asked, 9,236 distinct, 9,241 computed (efficiency 1.00) · 1,540 tokens/s (roofline 0.80)\nlayer passes: 513,036 asked, 83,124 distinct, 83,169 computed\ntime: load 3.1 s, tokenize 0.0 s, plan 0.0 s, engine 6.0 s, roofline 0.2 s, record 0.0 s · memory: 980 MiB',
  )
  expect(taskWorkSummary(taskWork)).toBe('9,241 tokens in 6.0 s (efficiency 1.00) · 1,540 tokens/s (roofline 0.80)')
})

test('a run is the sum of its tasks, and knows no sum of what one task does not know', () => {
  const work = workRecord([taskWork, { ...taskWork, tokensDistinct: null, peakGemmRate: 3e11 }], whole)
  expect(work).toMatchObject({ tokensAsked: 28502, tokensDistinct: null, tokensComputed: 18482, operations: 2.4e12, peakGemmRate: 3e11 })
})

test('an interrupted run claims no efficiency, an engine that counts no operations no share of the roofline', () => {
  const work = { ...taskWork, tokensDistinct: null, operations: 0 }
  expect(taskWorkSummary(work)).toBe('9,241 tokens in 6.0 s · 1,540 tokens/s')
  expect(taskWorkSummary({ ...taskWork, tokensComputed: 500 })).toBe('500 tokens in 6.0 s · 83 tokens/s (roofline 0.80)')
})

test('layer passes of an engine that does not know its layers, and of an interrupted run', () => {
  const unknown = { ...taskWork, layerPassesAsked: null, layerPassesDistinct: null }
  expect(workSummary(workRecord([{ ...unknown, layerPassesComputed: null }], whole))).not.toContain('layer passes')
  expect(workSummary(workRecord([unknown], whole))).toContain('\nlayer passes: 83,169 computed\n')
})

test('responses of the cache are counted', () => {
  expect(taskWorkSummary({ ...taskWork, cachedCount: 1200 })).toBe(
    '9,241 tokens in 6.0 s, 1,200 cached responses (efficiency 1.00) · 1,540 tokens/s (roofline 0.80)',
  )
})

test('a determinism check says how far its two passes differ', () => {
  expect(determinismSummary({ itemCount: 100, batchTokens: 1024, largestDifference: 3.1e-6, flipCount: 0, tieCount: 1 })).toBe(
    '100 items scored again in batches of 1,024 tokens: log-likelihoods differ by at most 3.1e-6 nats per token; 0 items flipped, 1 tie',
  )
})

test('ties are named by task and metric, and tasks without ties are not', () => {
  expect(
    tieSummary([
      { name: 'piqa', ties: { acc: 2, acc_norm: 0 } },
      { name: 'boolq', ties: { acc: 0 } },
    ]),
  ).toEqual(['piqa: 2 ties in acc; the first of the best choices counts'])
})
