/** Standard errors as lm-eval 0.4.13 `api/metrics.py` computes them. */

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

/** One subtask's part in a group. */
export interface GroupPart {
  readonly itemCount: number
  readonly score: number
  readonly standardError: number
}

/** The group's score: the subtasks' scores weighted by their number of items. lm-eval `aggregate_subtask_metrics`. */
export function pooledMean(parts: readonly GroupPart[]): number {
  const total = parts.reduce((sum, { itemCount }) => sum + itemCount, 0)
  return parts.reduce((sum, { score, itemCount }) => sum + score * itemCount, 0) / total
}

/** The group's standard error: √(Σ(nᵢ−1)·nᵢ·seᵢ² ÷ (Σnᵢ − k) ÷ Σnᵢ). lm-eval `pooled_sample_stderr`. */
export function pooledStandardError(parts: readonly GroupPart[]): number {
  const total = parts.reduce((sum, { itemCount }) => sum + itemCount, 0)
  const squares = parts.reduce((sum, { itemCount, standardError }) => sum + (itemCount - 1) * standardError ** 2 * itemCount, 0)
  return Math.sqrt(squares / (total - parts.length) / total)
}
