/** Significance of a difference on the same items: McNemar's exact test, and Holm's correction for several tasks. */

/** Two-sided p of McNemar's exact test: the probability that fair coins split `lost` + `gained` flips at least this unevenly. 1 when none flipped. */
export function mcnemarExact(lost: number, gained: number): number {
  const flipped = lost + gained
  if (flipped === 0) return 1
  const smaller = Math.min(lost, gained)
  // Terms of the binomial from k = 0 up, as logarithms: 2 to the 14,042 does not fit a number.
  let logTerm = -flipped * Math.LN2
  let tail = 0
  for (let k = 0; k <= smaller; k++) {
    if (k > 0) logTerm += Math.log((flipped - k + 1) / k)
    tail += Math.exp(logTerm)
  }
  return Math.min(1, 2 * tail)
}

/** Holm's step-down correction: p-values in the same order, adjusted so that the chance of any false alarm keeps its level. */
export function holm(pValues: readonly number[]): number[] {
  const ranked = pValues.map((_, index) => index).sort((a, b) => pValues[a]! - pValues[b]!)
  const adjusted = Array.from(pValues, () => 0)
  let largest = 0
  ranked.forEach((index, rank) => {
    largest = Math.max(largest, Math.min(1, (pValues.length - rank) * pValues[index]!))
    adjusted[index] = largest
  })
  return adjusted
}
