/** Spearman's rank correlation. */

/** From −1 to 1, equal values with their mean rank; null below two pairs, and if all values of a side are equal. */
export function rankCorrelation(a: readonly number[], b: readonly number[]): number | null {
  const [x, y] = [deviations(ranks(a)), deviations(ranks(b))]
  const product = (left: readonly number[], right: readonly number[]) => left.reduce((sum, value, index) => sum + value * right[index]!, 0)
  const scale = Math.sqrt(product(x, x) * product(y, y))
  return scale === 0 ? null : product(x, y) / scale
}

function ranks(values: readonly number[]): number[] {
  const sorted = values.toSorted((a, b) => a - b)
  return values.map((value) => (sorted.indexOf(value) + sorted.lastIndexOf(value)) / 2)
}

function deviations(values: readonly number[]): number[] {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  return values.map((value) => value - mean)
}
