import { expect, test } from 'vitest'
import { perplexityPer } from '../../src/metrics/text-perplexity.ts'

const perToken = perplexityPer({ name: 'per_token', weight: ({ tokenCount }) => tokenCount })

/** Log-likelihoods and weights; expected numbers are lm-eval 0.4.13's `weighted_perplexity` of the same pairs. */
const TEXTS = [
  { logProb: -6, weight: 4 },
  { logProb: -2, weight: 1 },
  { logProb: -2.5, weight: 3 },
]

test('a perplexity is over all units of all texts', () => {
  expect(perToken.aggregate(TEXTS)).toBeCloseTo(3.715450737941104, 14)
})

test('a text without units does not count', () => {
  expect(perToken.aggregate([...TEXTS, { logProb: -100, weight: 0 }])).toBe(perToken.aggregate(TEXTS))
  expect(perToken.aggregate([{ logProb: -1, weight: 0 }])).toBeNaN()
})

test('its standard error is that of all possible resamples', () => {
  // Python: the standard deviation of weighted_perplexity over all 27 resamples of the three texts.
  const exact = 1.0546798737632885
  // The bootstrap's own error is 1 ÷ √(2 · 1000) of that, 2.2 %: five times this is 11 %.
  expect(Math.abs(perToken.standardError(TEXTS, { seed: 0 }) / exact - 1)).toBeLessThan(0.11)
})

test('a samples file stores it as log-likelihood and weight', () => {
  expect(perToken.toStored(TEXTS[0]!)).toEqual([-6, 4])
  expect(perToken.fromStored([-6, 4])).toEqual({ logProb: -6, weight: 4 })
  for (const wrong of [-6, [-6], [-6, 4, 1], ['-6', 4], [NaN, 4], null]) expect(perToken.fromStored(wrong)).toBe('is not a log-likelihood and a count')
})

test('nats per unit are the logarithm of the ratio', () => {
  expect(perToken.natsPerUnit(10, 10 * Math.E)).toBeCloseTo(1, 14)
})
