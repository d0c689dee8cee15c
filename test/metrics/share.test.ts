import { expect, test } from 'vitest'
import { share } from '../../src/metrics/share.ts'

test('a share is the mean of its items, with the standard error of scipy', () => {
  const metric = share('acc_all')
  expect(metric.aggregate([1, 0, 1, 1])).toBe(0.75)
  // scipy 1.17.1: stats.sem([1, 0, 1, 1]).
  expect(metric.standardError([1, 0, 1, 1], { seed: 0 })).toBeCloseTo(0.25, 15)
})
