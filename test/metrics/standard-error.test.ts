import { expect, test } from 'vitest'
import { mean, meanStandardError } from '../../src/metrics/standard-error.ts'

test('128 right of 200 has the mean and standard error that lm-eval 0.4.13 prints', () => {
  const outcomes = Array.from({ length: 200 }, (_, index) => (index < 128 ? 1 : 0))
  expect(mean(outcomes)).toBe(0.64)
  expect(meanStandardError(outcomes)).toBeCloseTo(0.034026297840400156, 15)
})

test('one value has no standard error', () => {
  expect(meanStandardError([1])).toBeNaN()
})
