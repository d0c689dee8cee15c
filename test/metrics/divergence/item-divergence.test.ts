import { expect, test } from 'vitest'
import { choicesDivergence } from '../../../src/metrics/divergence/item-divergence.ts'

test('Jensen–Shannon of two choices by softmax is scipy 1.17.1’s jensenshannon squared', () => {
  expect(choicesDivergence([-4, -2, -7.5], [-3, -2.5, -8])).toBeCloseTo(0.04634877583160286, 12)
})

test('it is 0 for the same preferences, also if all log-likelihoods moved alike, and at most ln 2', () => {
  expect(choicesDivergence([-4, -2], [-14, -12])).toBe(0)
  expect(choicesDivergence([0, -9999], [-9999, 0])).toBeCloseTo(Math.LN2, 12)
})
