import { expect, test } from 'vitest'
import { mcc } from '../../src/metrics/mcc.ts'
import { goldenCases } from './golden.ts'

test.each(goldenCases('mcc'))('it is scikit-learn’s $score, for any number of choices', ({ items, score, standardError }) => {
  const values = items.map((item) => mcc.itemValue(item))
  expect(mcc.aggregate(values)).toBeCloseTo(score, 12)
  // Both resample 1,000 times, with other random numbers.
  expect(Math.abs(mcc.standardError(values, { seed: 1 }) - standardError!)).toBeLessThanOrEqual(0.1 * standardError!)
})

test('an item is stored as lm-eval stores it, and is not compared with another', () => {
  expect(mcc.toStored({ gold: 1, predicted: 0 })).toEqual([1, 0])
  expect(mcc.fromStored([1, 0])).toBe('is not a number')
  expect(mcc).toMatchObject({ comparedAs: null, higherIsBetter: true })
})
