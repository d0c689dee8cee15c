import { expect, test } from 'vitest'
import { tokenPerplexity } from '../../src/metrics/token-perplexity.ts'

test('tokens are counted as the model scored them', () => {
  expect(tokenPerplexity.itemValue({ referenceText: 'é', logProb: -6, tokenCount: 4 })).toEqual({ logProb: -6, weight: 4 })
  expect(tokenPerplexity.isPerToken).toBe(true)
})
