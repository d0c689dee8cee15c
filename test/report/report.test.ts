import { describe, expect, test } from 'vitest'
import { formatScore } from '../../src/report/result-table.ts'
import { workSummary } from '../../src/report/work-summary.ts'
import { duration } from '../../src/commands/progress.ts'

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

test('the work of a run is one line', () => {
  const work = { tokensAsked: 14251, tokensDistinct: 9236, tokensComputed: 9241, elapsedMs: { load: 3100, tokenise: 40, plan: 20, engine: 6000 } }
  expect(workSummary(work)).toBe(
    'tokens: 14,251 asked, 9,236 distinct, 9,241 computed (efficiency 1.00) · 1,540 tokens/s · load 3.1 s, tokenise 0.0 s, plan 0.0 s, engine 6.0 s',
  )
})

test('an interrupted run claims no efficiency', () => {
  const work = { tokensAsked: 10, tokensDistinct: 10, tokensComputed: 5, elapsedMs: { load: 1, tokenise: 1, plan: 1, engine: 1000 } }
  expect(workSummary(work)).toContain('5 computed · 5 tokens/s')
})

test.each([
  [0.4, '0 s'],
  [59.6, '1 min 0 s'],
  [200, '3 min 20 s'],
  [7500, '2 h 5 min'],
])('%d seconds are %s', (seconds, expected) => expect(duration(seconds)).toBe(expected))
