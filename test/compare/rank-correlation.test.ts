/** Values of scipy.stats.spearmanr 1.16. */
import { expect, test } from 'vitest'
import { rankCorrelation } from '../../src/compare/rank-correlation.ts'

test.each([
  [[0.1, 0.4, 0.2, 0.9, 0.3], [1, 3, 3, 10, -2], 0.6155870112510925],
  [[1, 2, 3, 4], [4, 3, 2, 1], -1],
  [[1, 1, 2, 3, 3, 3], [0.5, 0.1, 0.1, 0.7, 0.9, 0.7], 0.8104432008587534],
])('of %j and %j', (a, b, expected) => {
  expect(rankCorrelation(a, b)).toBeCloseTo(expected, 12)
})

test('there is none of one pair, or if a side is the same everywhere', () => {
  expect(rankCorrelation([1], [2])).toBeNull()
  expect(rankCorrelation([1, 2, 3], [5, 5, 5])).toBeNull()
})
