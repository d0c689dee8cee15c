/** Scores of several tasks as one score of their group, as lm-eval 0.4.13 `api/metrics.py` pools them. */

/** One task's part in a group. */
export interface GroupPart {
  readonly itemCount: number
  readonly score: number
  readonly standardError: number
}

/** The group's score: the tasks' scores weighted by their number of items. lm-eval `aggregate_subtask_metrics`. */
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
