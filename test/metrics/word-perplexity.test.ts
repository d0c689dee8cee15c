import { expect, test } from 'vitest'
import { wordPerplexity } from '../../src/metrics/word-perplexity.ts'

// Expected counts are Python 3.11's len(re.split(r"\s+", text)), which lm-eval's wikitext task takes.
test.each([
  [' a b\n', 4],
  ['a\u0085b', 2],
  ['one', 1],
  ['', 1],
  ['\u{FEFF}x y', 2],
])('%j has %i words, empty ones at the ends included', (referenceText, weight) => {
  expect(wordPerplexity.itemValue({ referenceText, logProb: -6, tokenCount: 9 })).toEqual({ logProb: -6, weight })
})
