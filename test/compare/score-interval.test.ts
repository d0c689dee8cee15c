/** The interval of a single score. */
import { expect, test } from 'vitest'
import { scoreInterval } from '../../src/compare/score-interval.ts'

const score = (value: number, standardError: number | null = null) => ({ value, standardError, provenance: 'measured' as const })

test('is exact if the number of items is known', () => {
  // scipy 1.17.1: binomtest(7, 20).proportion_ci(method='exact')
  const [low, high] = scoreInterval(score(7 / 20), 20)
  expect(low).toBeCloseTo(0.1539092047845412, 10)
  expect(high).toBeCloseTo(0.5921885345328283, 10)
})

test('is ±1.96 standard errors if only they are known, and the score if nothing is', () => {
  expect(scoreInterval(score(0.5, 0.1), null)).toEqual([0.5 - 0.196, 0.5 + 0.196])
  expect(scoreInterval(score(0.5), null)).toEqual([0.5, 0.5])
  expect(scoreInterval(score(0.9, 0.1), null)).toEqual([0.9 - 0.196, 1])
  expect(scoreInterval(score(0.1, 0.1), null)).toEqual([0, 0.1 + 0.196])
})
