import { expect, test } from 'vitest'
import { brierScore } from '../../src/metrics/brier-score.ts'
import { goldenCases } from './golden.ts'

test.each(goldenCases('brier_score'))('it is lm-eval’s $score', ({ items, score }) => {
  expect(brierScore.aggregate(items.map((item) => brierScore.itemValue(item)))).toBeCloseTo(score, 12)
})

test('lm-eval’s stored gold and probabilities give the item’s value', () => {
  expect(brierScore.fromStored([0, [0.5, 0.25, 0.25]])).toBeCloseTo(0.375, 12)
  expect(brierScore.fromStored(0.375)).toBe(0.375)
  expect(brierScore.fromStored([0, ['0.5']])).toBe('is not a number')
})

test('a lower score is better', () => expect(brierScore).toMatchObject({ comparedAs: null, higherIsBetter: false }))
