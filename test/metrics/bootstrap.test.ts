import { expect, test } from 'vitest'
import { bootstrapError } from '../../src/metrics/bootstrap.ts'
import { mean } from '../../src/metrics/standard-error.ts'

const VALUES = [0, 1, 5]

test('the bootstrap of a mean of three values is √(Σ(x − x̄)² ÷ n) ÷ √n, the exact standard deviation of its 27 resamples', () => {
  // x̄ = 2, squares 4 + 1 + 9 = 14. 20,000 iterations know a standard deviation to 0.5 %.
  const exact = Math.sqrt(14 / 3) / Math.sqrt(3)
  expect(Math.abs(bootstrapError(VALUES, mean, { seed: 7, iterations: 20_000 }) / exact - 1)).toBeLessThan(0.025)
})

test('the same seed gives the same number, another seed another', () => {
  const error = (seed: number) => bootstrapError(VALUES, mean, { seed })
  expect(error(1)).toBe(error(1))
  expect(error(2)).not.toBe(error(1))
})

test('one value has no standard error', () => {
  expect(bootstrapError([1], mean, { seed: 0 })).toBeNaN()
})
