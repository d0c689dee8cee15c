import { expect, test } from 'vitest'
import { mean, meanStandardError, pooledMean, pooledStandardError } from '../../src/metrics/standard-error.ts'

test('128 right of 200 has the mean and standard error that lm-eval 0.4.13 prints', () => {
  const outcomes = Array.from({ length: 200 }, (_, index) => (index < 128 ? 1 : 0))
  expect(mean(outcomes)).toBe(0.64)
  expect(meanStandardError(outcomes)).toBeCloseTo(0.034026297840400156, 15)
})

test('one value has no standard error', () => {
  expect(meanStandardError([1])).toBeNaN()
})

test('57 subjects of two items pool as lm-eval 0.4.13 pools them: 3 all right, 28 half right', () => {
  const subject = (count: number, score: number, standardError: number) => Array.from({ length: count }, () => ({ itemCount: 2, score, standardError }))
  const parts = [...subject(3, 1, 0), ...subject(28, 0.5, 0.5), ...subject(26, 0, 0)]
  expect(pooledMean(parts)).toBe(0.2982456140350877)
  expect(pooledStandardError(parts)).toBeCloseTo(0.04641668966779983, 15)
})
