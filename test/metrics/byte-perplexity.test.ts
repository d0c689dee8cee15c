import { expect, test } from 'vitest'
import { bytePerplexity } from '../../src/metrics/byte-perplexity.ts'

test('bytes are those of UTF-8', () => {
  expect(bytePerplexity.itemValue({ referenceText: 'é👍', logProb: -6, tokenCount: 9 })).toEqual({ logProb: -6, weight: 6 })
})
