import { expect, test } from 'vitest'
import { f1 } from '../../src/metrics/f1.ts'
import { goldenCases } from './golden.ts'

test('f1 is a share, under its name in lm-eval', () => {
  expect(f1).toMatchObject({ name: 'f1', comparedAs: 'accuracy', higherIsBetter: true, card: { type: 'f1', table: 'benchmarks' } })
})

test.each(goldenCases('f1'))('of two choices it is scikit-learn’s $score', ({ items, score, standardError }) => {
  const values = items.map((item) => f1.itemValue(item))
  expect(f1.aggregate(values)).toBeCloseTo(score, 12)
  // Both resample 1,000 times, with other random numbers.
  expect(Math.abs(f1.standardError(values, { seed: 1 }) - standardError!)).toBeLessThanOrEqual(0.1 * standardError!)
})

test('an item is stored as lm-eval stores it: gold and prediction', () => {
  expect(f1.toStored({ gold: 1, predicted: 0 })).toEqual([1, 0])
})

test('numbers of generated texts, in lm-eval’s files, are averaged', () => {
  expect(f1.fromStored(0.5)).toBe(0.5)
  expect(f1.aggregate([0.5, 1])).toBe(0.75)
})
