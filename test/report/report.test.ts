import { describe, expect, test } from 'vitest'
import { formatScore } from '../../src/report/terminal/result-table.ts'
import { taskWorkSummary, workSummary } from '../../src/report/terminal/work-summary.ts'
import { workRecord } from '../../src/store/work-record.ts'
import { duration } from '../../src/text/duration.ts'

describe('a score', () => {
  test.each([
    [{ metric: 'acc' as const, value: 0.64, standardError: 0.034026 }, '64.00 % ± 3.40'],
    [{ metric: 'acc_norm' as const, value: 1, standardError: NaN }, '100.00 %'],
    [{ metric: 'word_perplexity' as const, value: 31.085604656595418, standardError: 1.234 }, '31.0856 ± 1.2'],
    [{ metric: 'token_perplexity' as const, value: 3231.06, standardError: 530.1 }, '3231.0600 ± 530'],
    [{ metric: 'acc' as const, value: NaN, standardError: NaN }, '–'],
    [undefined, '–'],
  ])('%o is written %s', (score, expected) => expect(formatScore(score)).toBe(expected))
})

const whole = { elapsedMs: { load: 3100, tokenize: 40, plan: 20, engine: 6000, roofline: 200, record: 30 }, firstScoreMs: 3900, peakBytes: 980 * 2 ** 20 }
const taskWork = {
  task: 'piqa',
  tokensAsked: 14251,
  tokensDistinct: 9236,
  tokensComputed: 9241,
  cachedCount: 0,
  operations: 1.2e12,
  engineMs: 6000,
  encodingMs: 50,
  peakGemmRate: 2.5e11,
}

test('the work of a run is two lines, that of a task one', () => {
  expect(workSummary(workRecord([taskWork], whole))).toBe(
    'tokens: 14,251 asked, 9,236 distinct, 9,241 computed (efficiency 1.00) · 1,540 tokens/s (roofline 0.80)\ntime: load 3.1 s, tokenize 0.0 s, plan 0.0 s, engine 6.0 s, roofline 0.2 s, record 0.0 s · memory: 980 MiB',
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

test.each([
  [0.4, '0 s'],
  [59.6, '1 min 0 s'],
  [200, '3 min 20 s'],
  [7500, '2 h 5 min'],
])('%d seconds are %s', (seconds, expected) => expect(duration(seconds)).toBe(expected))
