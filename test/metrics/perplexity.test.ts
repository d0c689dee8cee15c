import { expect, test } from 'vitest'
import { textMetric, textMetricError, textScore } from '../../src/metrics/perplexity.ts'

const answer = { logProb: -6, isGreedy: false, tokenCount: 4 }

test('words are the pieces between white space, empty ones at the ends included, as Python splits', () => {
  expect(textScore('word_perplexity', ' a b\n', answer)).toEqual({ logProb: -6, weight: 4 })
  expect(textScore('word_perplexity', 'a\u0085b', answer).weight).toBe(2)
})

test('bytes are of UTF-8, tokens of the answer', () => {
  expect(textScore('byte_perplexity', 'é', answer).weight).toBe(2)
  expect(textScore('token_perplexity', 'é', answer).weight).toBe(4)
})

test('a perplexity is over all units of all texts, the mean over sentences is over sentences', () => {
  const scores = [
    { logProb: -2, weight: 1 },
    { logProb: -2, weight: 3 },
  ]
  expect(textMetric('token_perplexity', scores)).toBeCloseTo(Math.E, 12)
  expect(textMetric('sentence_perplexity', scores)).toBeCloseTo((Math.exp(2) + Math.exp(2 / 3)) / 2, 12)
  expect(textMetric('bits_per_byte', scores)).toBeCloseTo(1 / Math.LN2, 12)
})

test('the bootstrap repeats itself for a seed, moves with another, and is nothing below two texts', () => {
  const scores = Array.from({ length: 20 }, (_, index) => ({ logProb: -index, weight: 10 }))
  const error = textMetricError('token_perplexity', scores, { seed: 1 })
  expect(textMetricError('token_perplexity', scores, { seed: 1 })).toBe(error)
  expect(textMetricError('token_perplexity', scores, { seed: 2 })).not.toBe(error)
  expect(textMetricError('token_perplexity', scores.slice(0, 1))).toBeNaN()
})

test('the bootstrap is near the delta method for equal weights', () => {
  const scores = Array.from({ length: 200 }, (_, index) => ({ logProb: -20 - (index % 10), weight: 10 }))
  const perUnit = scores.map(({ logProb }) => -logProb / 10)
  const center = perUnit.reduce((sum, value) => sum + value, 0) / 200
  const deviation = Math.sqrt(perUnit.reduce((sum, value) => sum + (value - center) ** 2, 0) / 199)
  const expected = (Math.exp(center) * deviation) / Math.sqrt(200)
  expect(textMetricError('token_perplexity', scores) / expected).toBeCloseTo(1, 0)
})
