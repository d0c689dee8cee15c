import { expect, test } from 'vitest'
import { perplexity } from '../../src/metrics/perplexity.ts'

test('the perplexity of single continuations is that of lm-eval 0.4.13', () => {
  const values = [-3, -5, -0.5].map((logProb) => perplexity.fromStored(logProb))
  expect(values[0]).toEqual({ logProb: -3, weight: 1 })
  expect(perplexity.aggregate(values as { logProb: number; weight: number }[])).toBeCloseTo(17.00203994009402, 12)
  expect(perplexity.itemValue({ logProb: -3, isGreedy: false })).toEqual(values[0])
  expect(perplexity.fromStored([-3, 1])).toBe('is not a number')
})
