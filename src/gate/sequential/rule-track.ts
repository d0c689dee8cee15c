/** A rule while items are drawn: what is known of it after each of them. Pure. */
import type { Interval } from '../../compare/comparison.ts'
import {
  estimatedMean,
  firstCrossing,
  forecastCrossing,
  scoreBounds,
  type Crossing,
  type DrawnScore,
  type ScorePopulation,
} from '../../compare/sequential/score-sequence.ts'
import { firstTextCrossing, forecastTextCrossing, textBounds, type TextSequence } from '../../compare/sequential/text-sequence.ts'
import type { TextPair } from '../../compare/text-interval.ts'
import { sameTopCount } from '../../metrics/divergence/figures.ts'
import type { ItemValue, TextValue } from '../../metrics/metric.ts'
import { metricOf } from '../../metrics/registry.ts'
import type { ScoredItem } from '../../task/score-items.ts'
import { counted } from '../../text/count.ts'
import type { JudgedRule } from '../judge-comparison.ts'
import { isDivergence, type RuleKind, type RuleRequest } from '../rule-requests.ts'

/** How bounds are made. */
export type BoundsMethod = 'betting' | 'asymptotic'

/** A value with its bounds after a number of items, in the unit of a rule's limit; null before a perplexity has enough texts. */
export interface PathPoint {
  readonly items: number
  readonly value: number
  readonly interval: Interval | null
}

/** What every track has. */
interface CommonTrack {
  /** Rules of scores have a metric. */
  readonly request: RuleRequest
  /** Number of all items. */
  readonly itemCount: number
  /** The baseline's values in the order of drawing; for rules of distributions the numbers of positions. */
  readonly baseline: readonly ItemValue[]
  /** Twice the probability that a verdict of this rule is ever wrong: each of two sides has half. */
  readonly alpha: number
}

/** A rule of scores with bounds, as shares of the largest item: accuracies, and agreement. */
interface ScoreTrack extends CommonTrack {
  readonly method: 'betting'
  readonly population: ScorePopulation
  /** 1 for accuracies, whose scores are from 0 to 1; for agreement the most positions that an item has. */
  readonly largest: number
}

/** A rule of values without bounds: perplexity, and mean KL. */
interface TextTrack extends CommonTrack {
  readonly method: 'asymptotic'
}

/** One rule over the items of its task or group. */
export type RuleTrack = ScoreTrack | TextTrack

/** Makes the track of a rule. */
export function ruleTrack(request: RuleRequest, baseline: readonly ItemValue[], alpha: number): RuleTrack {
  const common = { request, itemCount: baseline.length, baseline, alpha }
  const isUnbounded = request.kind === 'max_perplexity_ratio' || request.kind === 'max_mean_kl'
  if (isUnbounded) return { ...common, method: 'asymptotic' }
  const scores = baseline as readonly number[]
  const largest = request.kind === 'min_top1_agreement' ? scores.reduce((most, value) => Math.max(most, value), 1) : 1
  const sum = scores.reduce((total, value) => total + value, 0)
  return { ...common, method: 'betting', population: { count: baseline.length, baselineMean: sum / baseline.length / largest }, largest }
}

/** The name under which a rule's values are recorded. */
export function valueName({ metric, kind }: RuleRequest): string {
  return isDivergence(kind) ? kind : metric!
}

/** What an item of the candidate gives to a rule: its value of the metric; or the sum over its positions, and their number. Undefined if it has none. */
export function valueOf({ metric, kind }: RuleRequest, { metrics, divergence }: Pick<ScoredItem, 'metrics' | 'divergence'>): ItemValue | undefined {
  if (!isDivergence(kind)) return metrics[metric!]
  if (!divergence) return undefined
  const { kl } = divergence
  return { sum: kind === 'max_mean_kl' ? kl.reduce((sum, value) => sum + value, 0) : sameTopCount(divergence), count: kl.length }
}

/** Why a rule can have no verdict, whatever the candidate scores; null if it can. */
export function whyIncomparable({ request: { kind }, baseline }: RuleTrack): string | null {
  switch (kind) {
    case 'min_retention':
      return baseline.every((score) => score === 0) ? 'the baseline scores 0, so nothing can be retained' : null
    case 'max_drop_points':
      return null
    case 'max_perplexity_ratio':
      return baseline.every((value) => (value as TextValue).weight === 0) ? 'all texts are empty' : null
    case 'max_mean_kl':
    case 'min_top1_agreement':
      return baseline.every((positions) => positions === 0) ? 'no item has a position to compare' : null
  }
}

/** The value and its bounds after the items with these values of the candidate, in the order of drawing. At least one item. */
export function pointAfter(track: RuleTrack, candidate: readonly ItemValue[]): PathPoint {
  if (track.method === 'asymptotic') return { items: candidate.length, ...textBounds(textSequence(track), textPairs(track, candidate)) }
  const { population } = track
  const drawn = drawnScores(track, candidate)
  const inUnit = unitOf(track.request.kind, population.baselineMean)
  const [low, high] = scoreBounds(population, drawn, track.alpha).map(inUnit) as [number, number]
  return { items: drawn.length, value: inUnit(estimatedMean(population, drawn)), interval: low <= high ? [low, high] : [high, low] }
}

/** The verdict after the items with these values of the candidate. */
export function judgeTrack(track: RuleTrack, candidate: readonly ItemValue[]): JudgedRule {
  const { request, itemCount } = track
  const rule = {
    task: request.task,
    metric: isDivergence(request.kind) ? null : request.metric!,
    kind: request.kind,
    limit: request.limit,
    splitCount: itemCount,
  }
  const why = whyIncomparable(track)
  if (why !== null)
    return { ...rule, itemCount: null, value: null, interval: null, verdict: 'incomparable', decidedAfter: null, itemsNeeded: null, reason: why }
  if (candidate.length === 0)
    return { ...rule, itemCount: 0, value: null, interval: null, verdict: 'undecided', decidedAfter: null, itemsNeeded: null, reason: 'no item was scored' }
  const early = crossingOf(track, candidate)
  // When all items are drawn the answer is exact, even if another one seemed certain before.
  const crossing = candidate.length === itemCount ? exactCrossing(track, candidate, early) : early
  const decisive = candidate.slice(0, candidate.length === itemCount ? itemCount : (crossing?.itemCount ?? candidate.length))
  const point = pointAfter(track, decisive)
  const found = { ...rule, itemCount: point.items, value: Number.isNaN(point.value) ? null : point.value, interval: point.interval }
  if (crossing) {
    const keeps = track.method === 'asymptotic' ? 'below' : 'above'
    return { ...found, verdict: crossing.side === keeps ? 'passed' : 'regressed', decidedAfter: crossing.itemCount, itemsNeeded: null, reason: null }
  }
  const itemsNeeded = itemsToDecide(track, candidate)
  const reason = `about ${counted(itemsNeeded - point.items, 'more item')} would decide${itemsNeeded >= itemCount ? ', which are all' : ''}`
  return { ...found, verdict: 'undecided', decidedAfter: null, itemsNeeded, reason }
}

/** The bounds at numbers of items that grow by a seventh, and at the last one: enough for a picture. */
export function pathOf(track: RuleTrack, candidate: readonly ItemValue[]): PathPoint[] {
  const points: PathPoint[] = []
  for (let items = Math.min(FIRST_POINT, candidate.length); items < candidate.length; items += Math.ceil(items / 7))
    points.push(pointAfter(track, candidate.slice(0, items)))
  if (candidate.length > 0) points.push(pointAfter(track, candidate))
  return points.filter(({ value }) => !Number.isNaN(value))
}

const FIRST_POINT = 8

function crossingOf(track: RuleTrack, candidate: readonly ItemValue[]): Crossing | null {
  const { request, alpha } = track
  if (track.method === 'asymptotic') return firstTextCrossing(textSequence(track), textPairs(track, candidate), request.limit)
  return firstCrossing(track.population, drawnScores(track, candidate), { threshold: thresholdOf(track), alpha })
}

/** What all items say, and since when it was known. */
function exactCrossing(track: RuleTrack, candidate: readonly ItemValue[], early: Crossing | null): Crossing {
  const { value } = pointAfter(track, candidate)
  const { limit } = track.request
  // A value that is not a number keeps no limit.
  const isAbove =
    track.method === 'asymptotic'
      ? !(value <= limit * (1 + ROUNDING))
      : sumOf(drawnScores(track, candidate)) >= thresholdOf(track) * track.itemCount - ROUNDING * track.itemCount
  const side = isAbove ? 'above' : 'below'
  return early?.side === side ? early : { side, itemCount: track.itemCount }
}

/** Scores are shares; their sums and limits differ by rounding. */
const ROUNDING = 1e-9

/** The candidate's mean score that just keeps the limit. */
function thresholdOf({ request: { kind, limit }, population: { baselineMean } }: ScoreTrack): number {
  return kind === 'max_drop_points' ? baselineMean - limit / 100 : limit * baselineMean
}

/** From a mean score to the unit of the limit. Bounds of a retention know no largest one; positions that agree are at most all. */
function unitOf(kind: RuleKind, baselineMean: number): (mean: number) => number {
  if (kind === 'max_drop_points') return (mean) => (baselineMean - mean) * 100
  return kind === 'min_top1_agreement' ? (mean) => Math.min(1, mean / baselineMean) : (mean) => mean / baselineMean
}

/** After how many items, at most all, a rule would be decided that is not after those of `candidate`. */
function itemsToDecide(track: RuleTrack, candidate: readonly ItemValue[]): number {
  const { alpha, request } = track
  const needed =
    track.method === 'betting'
      ? forecastCrossing(track.population, drawnScores(track, candidate), { threshold: thresholdOf(track), alpha })
      : forecastTextCrossing(textSequence(track), textPairs(track, candidate), request.limit)
  return Math.max(candidate.length + 1, needed)
}

/**
 * The scores of what was drawn, from 0 to 1. Agreement is retention too: of the positions of an item, which the baseline all has, the candidate has those
 * with the same most likely token; both as shares of the largest item.
 */
function drawnScores({ baseline, largest }: ScoreTrack, candidate: readonly ItemValue[]): DrawnScore[] {
  return candidate.map((value, index) => ({
    baseline: (baseline[index] as number) / largest,
    candidate: typeof value === 'number' ? value : value['sum']! / largest,
  }))
}

function sumOf(drawn: readonly DrawnScore[]): number {
  return drawn.reduce((sum, { candidate }) => sum + candidate, 0)
}

function textSequence({ request: { metric, kind }, itemCount, alpha }: RuleTrack): TextSequence {
  if (kind === 'max_mean_kl') return { metric: null, count: itemCount, alpha }
  const known = metricOf(metric!)
  if (known.comparedAs !== 'perplexity') throw new TypeError(`${metric} is not a perplexity`)
  return { metric: known, count: itemCount, alpha }
}

function textPairs({ baseline, request: { kind } }: RuleTrack, candidate: readonly ItemValue[]): TextPair[] {
  if (kind !== 'max_mean_kl') return candidate.map((value, index): TextPair => [baseline[index] as TextValue, value as TextValue])
  return (candidate as readonly Readonly<Record<'sum' | 'count', number>>[]).map(({ sum, count }): TextPair => [
    { logProb: sum, weight: count },
    { logProb: 0, weight: count },
  ])
}
