/** Log-likelihoods of choices as probabilities. */

/** Softmax: e^x over their sum. */
export function choiceProbabilities(logProbs: readonly number[]): readonly number[] {
  const largest = Math.max(...logProbs)
  const weights = logProbs.map((logProb) => Math.exp(logProb - largest))
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  return weights.map((weight) => weight / total)
}
