/** Cosines of hidden states, on numbers that one can check by hand. */
import { expect, test } from 'vitest'
import { sentenceSimilarity } from '../../src/prune/similarity.ts'

/** Three tokens of two values. */
const A = Float32Array.of(1, 0, 0, 2, 3, 4)
const B = Float32Array.of(1, 0, 2, 0, 4, 3)

test.each([
  ['flatten', [0, 1, 2], (1 + 0 + 24) / Math.sqrt((1 + 4 + 25) * (1 + 4 + 25))],
  ['last-token', [0, 1, 2], 24 / 25],
  ['token-mean', [0, 1, 2], (1 + 0 + 24 / 25) / 3],
  ['flatten', [2, 0], 25 / 26],
  ['last-token', [2, 0], 1],
] as const)('%s over tokens %o', (kind, tokens, expected) => expect(sentenceSimilarity(kind, A, B, tokens, 2)).toBeCloseTo(expected, 14))

test('states that are not numbers make the similarity NaN', () => {
  expect(sentenceSimilarity('flatten', A, Float32Array.of(NaN, 0, 2, 0, 4, 3), [0, 1], 2)).toBeNaN()
})
