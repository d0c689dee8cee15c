/** Scores of several tasks as one score of their group, as lm-eval 0.4.13 `api/metrics.py` pools them. */

/** How a group weighs its tasks: by their items, or all alike; lm-eval's `weight_by_size`. */
export type Pooling = 'items' | 'tasks'

/** One task's part in a group. */
export interface GroupPart {
  readonly itemCount: number
  readonly score: number
  readonly standardError: number
}

/** Whether two scores are one, but for rounding: of a file, and computed again. */
export function isSameScore(a: number, b: number): boolean {
  return Math.abs(a - b) <= 1e-6 * Math.max(1, Math.abs(b))
}

/** The group's score: the mean of the tasks' scores. lm-eval `aggregate_subtask_metrics`. */
export function pooledMean(parts: readonly GroupPart[], pooling: Pooling = 'items'): number {
  if (pooling === 'tasks') return parts.reduce((sum, { score }) => sum + score, 0) / parts.length
  const total = parts.reduce((sum, { itemCount }) => sum + itemCount, 0)
  return parts.reduce((sum, { score, itemCount }) => sum + score * itemCount, 0) / total
}

/**
 * The group's standard error: √(Σ(nᵢ−1)·nᵢ·seᵢ² ÷ (Σnᵢ − k) ÷ Σnᵢ), or √(Σseᵢ²) ÷ k if all tasks weigh alike. lm-eval `pooled_sample_stderr` and
 * `unweighted_mean_stderr`.
 */
export function pooledStandardError(parts: readonly GroupPart[], pooling: Pooling = 'items'): number {
  if (pooling === 'tasks') return Math.sqrt(parts.reduce((sum, { standardError }) => sum + standardError ** 2, 0)) / parts.length
  const total = parts.reduce((sum, { itemCount }) => sum + itemCount, 0)
  const squares = parts.reduce((sum, { itemCount, standardError }) => sum + (itemCount - 1) * standardError ** 2 * itemCount, 0)
  return Math.sqrt(squares / (total - parts.length) / total)
}
