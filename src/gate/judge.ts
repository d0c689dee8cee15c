/** Compares a policy with a comparison: one verdict per rule. Limits are compared with the bounds of an interval, so that chance neither passes nor fails a model. */
import type { Comparison, Interval } from '../compare/comparison.ts'
import { LEAST_TEXTS } from '../compare/text-interval.ts'
import type { Policy } from './policy.ts'

/** The limit that a rule sets. */
export type RuleKind = 'min_retention' | 'max_drop_points' | 'max_perplexity_ratio'

/** `passed`: the whole interval keeps the limit. `regressed`: the whole interval breaks it. `undecided`: it straddles the limit. `incomparable`: there is no interval. */
export type RuleVerdict = 'passed' | 'regressed' | 'undecided' | 'incomparable'

/** One rule, judged. */
export interface JudgedRule {
  readonly task: string
  readonly metric: string | null
  readonly kind: RuleKind
  readonly limit: number
  /** In the limit's unit: a share, points lost, or a ratio. */
  readonly value: number | null
  readonly interval: Interval | null
  readonly verdict: RuleVerdict
  /** Items that were compared. */
  readonly itemCount: number | null
  /** Items of the whole split; null where it is not known. */
  readonly splitCount: number | null
  /** For `undecided`: items at which an interval of the same spread would leave the limit; null when the value is on it. */
  readonly itemsNeeded: number | null
  /** For `incomparable`, and for `undecided` where no interval can decide: why. */
  readonly reason: string | null
}

/** The whole judgement. */
export interface Judgement {
  readonly rules: readonly JudgedRule[]
  readonly verdict: RuleVerdict
}

/** Exit codes: the gate's own, beside 2 for input that failed. */
export const EXIT_CODE: Readonly<Record<RuleVerdict, number>> = { passed: 0, regressed: 1, undecided: 3, incomparable: 3 }

/** Judges the comparison's first variant. The worst verdict counts: regressed before incomparable before undecided before passed. */
export function judge(policy: Policy, comparison: Comparison): Judgement {
  const rules = [...policy].flatMap(([task, { metric, minRetention, maxDropPoints, maxPerplexityRatio }]) => [
    ...(minRetention === undefined ? [] : [judgeAccuracy(task, metric, 'min_retention', minRetention, comparison)]),
    ...(maxDropPoints === undefined ? [] : [judgeAccuracy(task, metric, 'max_drop_points', maxDropPoints, comparison)]),
    ...(maxPerplexityRatio === undefined ? [] : [judgePerplexity(task, metric, maxPerplexityRatio, comparison)]),
  ])
  const verdict = (['regressed', 'incomparable', 'undecided'] as const).find((candidate) => rules.some((rule) => rule.verdict === candidate)) ?? 'passed'
  return { rules, verdict }
}

function judgeAccuracy(
  task: string,
  metric: string | undefined,
  kind: 'min_retention' | 'max_drop_points',
  limit: number,
  { accuracies }: Comparison,
): JudgedRule {
  const line = accuracies.find((candidate) => candidate.task === task && (metric === undefined || candidate.metric === metric))
  const rule = { task, metric: line?.metric ?? metric ?? null, kind, limit, itemCount: line?.itemCount ?? null, splitCount: line?.splitCount ?? null }
  const cell = line?.cells[0]
  if (!cell)
    return incomparable(rule, line ? `the candidate has no ${task}` : `the runs have no accuracy of ${task}${metric === undefined ? '' : ` by ${metric}`}`)
  if (kind === 'min_retention') {
    if (cell.retention === null) return incomparable(rule, 'the baseline scores 0, so nothing can be retained')
    return decide(rule, cell.retention, cell.retentionInterval, 'at least')
  }
  const { difference, differenceInterval } = cell
  return decide(rule, -difference * 100, differenceInterval && [-differenceInterval[1] * 100, -differenceInterval[0] * 100], 'at most')
}

function judgePerplexity(task: string, metric: string | undefined, limit: number, { perplexities }: Comparison): JudgedRule {
  const line = perplexities.find((candidate) => candidate.task === task && (metric === undefined || candidate.metric === metric))
  const rule = {
    task,
    metric: line?.metric ?? metric ?? null,
    kind: 'max_perplexity_ratio' as const,
    limit,
    itemCount: line?.itemCount ?? null,
    splitCount: line?.splitCount ?? null,
  }
  const cell = line?.cells[0]
  if (!cell)
    return incomparable(rule, line ? `the candidate has no ${task}` : `the runs have no perplexity of ${task}${metric === undefined ? '' : ` by ${metric}`}`)
  if (cell.ratioInterval === null && line.itemCount !== null && line.itemCount < LEAST_TEXTS) {
    const reason = `fewer than ${LEAST_TEXTS} texts give no interval`
    return { ...rule, value: cell.ratio, interval: null, verdict: 'undecided', itemsNeeded: LEAST_TEXTS, reason }
  }
  return decide(rule, cell.ratio, cell.ratioInterval, 'at most')
}

type Rule = Pick<JudgedRule, 'task' | 'metric' | 'kind' | 'limit' | 'itemCount' | 'splitCount'>

function incomparable(rule: Rule, reason: string): JudgedRule {
  return { ...rule, value: null, interval: null, verdict: 'incomparable', itemsNeeded: null, reason }
}

function decide(rule: Rule, value: number, interval: Interval | null, side: 'at least' | 'at most'): JudgedRule {
  if (!interval) return { ...incomparable(rule, 'items are not paired, so there is no interval: score both with stored samples'), value }
  const [low, high] = interval
  const keeps = (bound: number) => (side === 'at least' ? bound >= rule.limit : bound <= rule.limit)
  const verdict = keeps(low) && keeps(high) ? 'passed' : keeps(low) || keeps(high) ? 'undecided' : 'regressed'
  const itemsNeeded = verdict === 'undecided' ? itemsToDecide(rule, value, interval) : null
  return { ...rule, value, interval, verdict, itemsNeeded, reason: null }
}

/** An interval narrows with the square root of the number of items: on the side of the limit it must not reach farther than the limit is away. */
function itemsToDecide({ limit, itemCount }: Rule, value: number, [low, high]: Interval): number | null {
  const distance = Math.abs(value - limit)
  if (itemCount === null || distance === 0) return null
  const reach = limit > value ? high - value : value - low
  // Less what floating point adds to a whole number.
  return Math.ceil(itemCount * (reach / distance) ** 2 - 1e-6)
}
