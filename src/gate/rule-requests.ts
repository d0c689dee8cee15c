/** The rules of a policy, one by one. */
import type { TaskLimits } from './policy.ts'

/** The limit that a rule sets. */
export type RuleKind = ScoreKind | DivergenceKind

/** Limits of scores. */
export type ScoreKind = 'min_retention' | 'max_drop_points' | 'max_perplexity_ratio'

/** Limits of how far distributions are from the baseline's. */
export type DivergenceKind = 'max_mean_kl' | 'min_top1_agreement'

/** A limit of the policy. */
export interface RuleRequest {
  readonly task: string
  /** The task's main metric when undefined. */
  readonly metric: string | undefined
  readonly kind: RuleKind
  readonly limit: number
}

/** The rules of one task. */
export function requestsOf(task: string, limitsOfTask: TaskLimits): RuleRequest[] {
  const { metric, minRetention, maxDropPoints, maxPerplexityRatio, maxMeanKl, minTop1Agreement } = limitsOfTask
  const limits: readonly (readonly [RuleKind, number | undefined])[] = [
    ['min_retention', minRetention],
    ['max_drop_points', maxDropPoints],
    ['max_perplexity_ratio', maxPerplexityRatio],
    ['max_mean_kl', maxMeanKl],
    ['min_top1_agreement', minTop1Agreement],
  ]
  return limits.flatMap(([kind, limit]) => (limit === undefined ? [] : [{ task, metric, kind, limit }]))
}

/** Whether a limit is of distributions. */
export function isDivergence(kind: RuleKind): kind is DivergenceKind {
  return kind === 'max_mean_kl' || kind === 'min_top1_agreement'
}
