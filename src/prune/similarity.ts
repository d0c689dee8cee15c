/** Similarity of the last hidden states of two models on one sentence. */

export const SIMILARITIES = ['flatten', 'last-token', 'token-mean'] as const

/** `flatten`: the cosine over all tokens as one vector. `last-token`: the cosine of the last token. `token-mean`: the mean of the cosines of all tokens. */
export type Similarity = (typeof SIMILARITIES)[number]

/** Cosine of the states of a sentence in two models. States are [tokens, hidden], row-major; `tokens` are the rows of the sentence. Sums are in f64. */
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
