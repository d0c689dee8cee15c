import { expect, test } from 'vitest'
import { sentencePerplexity } from '../../src/metrics/sentence-perplexity.ts'

const TEXTS = [
  { logProb: -2, weight: 1 },
  { logProb: -2, weight: 2 },
]

test('every text weighs the same', () => {
  expect(sentencePerplexity.aggregate(TEXTS)).toBeCloseTo((Math.E ** 2 + Math.E) / 2, 14)
})

test('the standard error is that of a mean: half of the difference for two texts', () => {
  expect(sentencePerplexity.standardError(TEXTS, { seed: 0 })).toBeCloseTo((Math.E ** 2 - Math.E) / 2, 14)
})

test('it is not made of nats per unit', () => {
  expect(sentencePerplexity.natsPerUnit(10, 20)).toBeNull()
})
