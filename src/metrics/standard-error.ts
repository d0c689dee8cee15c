/** Means and their standard errors as lm-eval 0.4.13 `api/metrics.py` computes them. */

/** The arithmetic mean; NaN for no values. */
export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

/** Standard error of a mean: sample standard deviation (n − 1) ÷ √n. NaN below two values. lm-eval `mean_stderr`. */
export function meanStandardError(values: readonly number[]): number {
  if (values.length < 2) return NaN
  const center = mean(values)
  const squares = values.reduce((sum, value) => sum + (value - center) ** 2, 0)
  return Math.sqrt(squares / (values.length - 1)) / Math.sqrt(values.length)
}

/** A figure for a record; null for what cannot be computed, such as the error of one item. */
export function finiteOrNull(value: number): number | null {
  return Number.isFinite(value) ? value : null
}
