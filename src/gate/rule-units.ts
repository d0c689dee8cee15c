/** In which unit the figures of each kind of rule are shown. */
import type { RuleKind } from './rule-requests.ts'

/** Figures of a rule are shown times `scale`. */
interface RuleUnit {
  readonly scale: number
  /** Least decimals in a text. */
  readonly decimals: number
  /** Behind the figure in a text. */
  readonly suffix: string
  /** At an axis. */
  readonly axis: string
}

export const RULE_UNITS: Readonly<Record<RuleKind, RuleUnit>> = {
  min_retention: { scale: 100, decimals: 1, suffix: ' %', axis: 'retention in percent' },
  min_top1_agreement: { scale: 100, decimals: 1, suffix: ' %', axis: 'percent of positions' },
  max_drop_points: { scale: 1, decimals: 1, suffix: ' points', axis: 'points lost (below 0: gained)' },
  max_perplexity_ratio: { scale: 1, decimals: 3, suffix: '×', axis: 'perplexity, candidate ÷ baseline' },
  max_mean_kl: { scale: 1, decimals: 0, suffix: ' nats', axis: 'nats' },
}
