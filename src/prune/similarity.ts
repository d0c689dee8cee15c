/** How alike two models' last hidden states are on one sentence. */

export const SIMILARITIES = ['flatten', 'last-token', 'token-mean'] as const

/** `flatten`: one cosine over all tokens as one vector; `last-token`: of the last one's; `token-mean`: the mean of each token's. */
export type Similarity = (typeof SIMILARITIES)[number]

/** Cosine of two models' states of a sentence. States are [tokens, hidden], row-major; `tokens` are the sentence's rows, in order. Sums are in f64. */
export function sentenceSimilarity(kind: Similarity, a: Float32Array, b: Float32Array, tokens: readonly number[], hiddenSize: number): number {
  switch (kind) {
    case 'flatten':
      return cosine(a, b, tokens, hiddenSize)
    case 'last-token':
      return cosine(a, b, tokens.slice(-1), hiddenSize)
    case 'token-mean':
      return tokens.reduce((sum, token) => sum + cosine(a, b, [token], hiddenSize), 0) / tokens.length
  }
}

function cosine(a: Float32Array, b: Float32Array, tokens: readonly number[], hiddenSize: number): number {
  let product = 0
  let squaredA = 0
  let squaredB = 0
  for (const token of tokens) {
    for (let index = token * hiddenSize; index < (token + 1) * hiddenSize; index++) {
      product += a[index]! * b[index]!
      squaredA += a[index]! * a[index]!
      squaredB += b[index]! * b[index]!
    }
  }
  return product / Math.sqrt(squaredA * squaredB)
}
