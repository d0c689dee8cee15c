/** Judges a comparison by a policy: one verdict per rule. Limits are compared with both bounds of an interval, so that chance decides nothing. */
import type { AccuracyLine, Comparison, DivergenceCell, Interval, PerplexityLine } from '../compare/comparison.ts'
import { LEAST_TEXTS } from '../compare/text-interval.ts'
import { count } from '../text/count.ts'
import type { Policy } from './policy.ts'
import { isDivergence, requestsOf, type DivergenceKind, type RuleKind, type RuleRequest } from './rule-requests.ts'

/** `passed`: the whole interval keeps the limit. `regressed`: all of it breaks the limit. `undecided`: part of it does. `incomparable`: no interval. */
export type RuleVerdict = 'passed' | 'regressed' | 'undecided' | 'incomparable'

/** One rule, judged. */
export interface JudgedRule {
  readonly task: string
  readonly metric: string | null
  readonly kind: RuleKind
  readonly limit: number
  /** In the limit's unit: a share, points lost, a ratio, or nats. */
  readonly value: number | null
  readonly interval: Interval | null
  readonly verdict: RuleVerdict
  /** Items that were compared. */
  readonly itemCount: number | null
  /** Items of the whole split; null if it is not known. */
  readonly splitCount: number | null
  /** Only if items were drawn one by one: how many of all were drawn when the verdict was known; null for `undecided`. */
  readonly decidedAfter?: number | null
  /** For `undecided`: items at which an interval of the same spread would not contain the limit; null when the value equals the limit. */
  readonly itemsNeeded: number | null
  /** For `incomparable`: why. For `undecided`: what would decide. */
  readonly reason: string | null
}

/** The whole judgement. */
export interface Judgement {
  readonly rules: readonly JudgedRule[]
  readonly verdict: RuleVerdict
  /** Whether more items would have been scored. */
  readonly isInterrupted?: boolean
}

/** Exit codes: the gate's own, beside 2 for input that failed. */
export const EXIT_CODE: Readonly<Record<RuleVerdict, number>> = { passed: 0, regressed: 1, undecided: 3, incomparable: 3 }

/** Verdicts of a judgement, the worst first. */
const WORST_FIRST = ['regressed', 'incomparable', 'undecided'] as const

/** The worst verdict counts: regressed before incomparable before undecided before passed. */
export function judgementOf(rules: readonly JudgedRule[]): Judgement {
  return { rules, verdict: WORST_FIRST.find((candidate) => rules.some((rule) => rule.verdict === candidate)) ?? 'passed' }
}

/** Judges the comparison's first variant. */
export function judgeComparison(policy: Policy, comparison: Comparison): Judgement {
  return judgementOf([...policy].flatMap(([task, limits]) => requestsOf(task, limits).map((request) => judgeRule(request, comparison))))
}

function judgeRule(request: RuleRequest, { accuracies, perplexities, divergences }: Comparison): JudgedRule {
  const { task, kind, limit } = request
  if (isDivergence(kind)) {
    const splitCount = [...accuracies, ...perplexities].find((line) => line.task === task)?.splitCount ?? null
    const cell = divergences.find((line) => line.task === task)?.cells[0] ?? null
    return judgeDivergence({ task, metric: null, kind, limit, itemCount: cell && cell.itemCount, splitCount }, kind, cell)
  }
  const isAsked = (metric: string, isDefault: boolean) => (request.metric === undefined ? isDefault : metric === request.metric)
  if (kind === 'max_perplexity_ratio')
    return judgePerplexity(
      request,
      perplexities.find((line) => line.task === task && isAsked(line.metric, true)),
    )
  return judgeAccuracy(
    request,
    accuracies.find((line) => line.task === task && isAsked(line.metric, line.isMain)),
  )
}

function judgeAccuracy(request: RuleRequest, line: AccuracyLine | undefined): JudgedRule {
  const rule = ruleOf(request, line)
  const cell = line?.cells[0]
  if (!cell) return incomparable(rule, missingReason(request, line, 'accuracy'))
  if (request.kind === 'min_retention') {
    if (cell.retention === null) return incomparable(rule, 'the baseline scores 0, so nothing can be retained')
    return decide(rule, { value: cell.retention, interval: cell.retentionInterval, side: 'at least' })
  }
  const { difference, differenceInterval } = cell
  const interval: Interval | null = differenceInterval && [-differenceInterval[1] * 100, -differenceInterval[0] * 100]
  return decide(rule, { value: -difference * 100, interval, side: 'at most' })
}

function judgePerplexity(request: RuleRequest, line: PerplexityLine | undefined): JudgedRule {
  const rule = ruleOf(request, line)
  const cell = line?.cells[0]
  if (!cell) return incomparable(rule, missingReason(request, line, 'perplexity'))
  if (cell.ratioInterval === null && cell.textCount !== null && cell.textCount < LEAST_TEXTS) {
    const reason = `fewer than ${LEAST_TEXTS} texts give no interval`
    return { ...rule, value: cell.ratio, interval: null, verdict: 'undecided', itemsNeeded: LEAST_TEXTS, reason }
  }
  return decide(rule, { value: cell.ratio, interval: cell.ratioInterval, side: 'at most' })
}

function judgeDivergence(rule: Rule, kind: DivergenceKind, cell: DivergenceCell | null): JudgedRule {
  if (!cell) return incomparable(rule, 'the candidate has no divergence from this baseline: run --divergence with the model of the baseline first')
  const found: Found =
    kind === 'max_mean_kl'
      ? { value: cell.kl.value, interval: cell.klInterval, side: 'at most' }
      : { value: cell.sameTop.value, interval: cell.sameTopInterval, side: 'at least' }
  if (found.interval) return decide(rule, found)
  const reason = `fewer than ${LEAST_TEXTS} items give no interval`
  return { ...rule, value: found.value, interval: null, verdict: 'undecided', itemsNeeded: LEAST_TEXTS, reason }
}

type Rule = Pick<JudgedRule, 'task' | 'metric' | 'kind' | 'limit' | 'itemCount' | 'splitCount'>

function ruleOf({ task, metric, kind, limit }: RuleRequest, line: AccuracyLine | PerplexityLine | undefined): Rule {
  return { task, metric: line?.metric ?? metric ?? null, kind, limit, itemCount: line?.cells[0] ? line.itemCount : null, splitCount: line?.splitCount ?? null }
}

function missingReason({ task, metric }: RuleRequest, line: { readonly metric: string } | undefined, what: string): string {
  if (line) return `the candidate has no ${line.metric} of ${task}`
  return `the baseline has no ${what} of ${task}${metric === undefined ? '' : ` by ${metric}`}`
}

function incomparable(rule: Rule, reason: string): JudgedRule {
  return { ...rule, value: null, interval: null, verdict: 'incomparable', itemsNeeded: null, reason }
}

/** What was found, and on which side of the limit it must be. */
interface Found {
  readonly value: number
  readonly interval: Interval | null
  readonly side: 'at least' | 'at most'
}

function decide(rule: Rule, { value, interval, side }: Found): JudgedRule {
  if (!interval) return { ...incomparable(rule, 'there is no interval: a run has no samples of it, or the score is not a mean over all items'), value }
  const [low, high] = interval
  const keeps = (bound: number) => (side === 'at least' ? bound >= rule.limit : bound <= rule.limit)
  const verdict = keeps(low) && keeps(high) ? 'passed' : keeps(low) || keeps(high) ? 'undecided' : 'regressed'
  const itemsNeeded = verdict === 'undecided' ? itemsToDecide(rule, value, interval) : null
  return { ...rule, value, interval, verdict, itemsNeeded, reason: verdict === 'undecided' ? whatWouldDecide({ ...rule, itemsNeeded }) : null }
}

/** What would decide an undecided rule. */
export function whatWouldDecide({ itemsNeeded, itemCount, splitCount }: Pick<JudgedRule, 'itemsNeeded' | 'itemCount' | 'splitCount'>): string {
  if (itemCount !== null && splitCount !== null && itemCount >= splitCount) return 'the whole split was scored, so this task cannot decide the rule'
  if (itemsNeeded === null) return 'the value is on the limit, no number of items would decide'
  if (splitCount !== null && itemsNeeded > splitCount)
    return `about ${count(itemsNeeded)} items would decide, but the split has ${count(splitCount)}: this task cannot decide the rule`
  return `too few items, about ${count(itemsNeeded)} would decide`
}

/** An interval narrows with the square root of the number of items, until its bound towards the limit no longer reaches it. */
function itemsToDecide({ limit, itemCount }: Rule, value: number, [low, high]: Interval): number | null {
  const distance = Math.abs(value - limit)
  if (itemCount === null || distance === 0) return null
  const reach = limit > value ? high - value : value - low
  // Without what floating point adds to a whole number.
  return Math.ceil(itemCount * (reach / distance) ** 2 - 1e-6)
}
