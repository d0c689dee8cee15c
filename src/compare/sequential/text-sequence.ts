/**
 * Bounds on a perplexity's ratio, or on a mean KL divergence, while the texts or items of a finite set are drawn one by one in a random order.
 *
 * A log-likelihood has no bound, nor has a divergence, so no bounds are valid for every distribution. These are an asymptotic confidence sequence
 * (Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas, arXiv:2103.06476, theorem 2.2): the estimate ± its deviation ·
 * √(2 (tρ² + 1) ÷ (t²ρ²) · ln(√(tρ² + 1) ÷ α)). Their error at all times together approaches α as the first look comes later, so there is none before
 * FIRST_LOOK texts. The deviation is that of a ratio estimator (HC3, text-interval.ts). Drawing without replacement only makes the estimate less
 * variable. They assume that no rare text changes far more than those drawn.
 */
import type { PerplexityMetric } from '../../metrics/metric.ts'
import type { Interval } from '../comparison.ts'
import { logScoreChange } from '../perplexity-line.ts'
import { hasUnits, natsChange, type Change, type TextPair } from '../text-interval.ts'
import type { Crossing } from './score-sequence.ts'

/** Fewer texts have no bounds, unless they are all. */
export const FIRST_LOOK = 64

/** Of which texts, and with which certainty. */
export interface TextSequence {
  /** Null for a mean over all units of the texts, such as the KL divergence of positions: what the original has more than the variant. */
  readonly metric: PerplexityMetric | null
  /** Number of all texts. */
  readonly count: number
  readonly alpha: number
}

/** A ratio of perplexities, candidate over baseline, or a mean of at least 0; null where fewer than FIRST_LOOK texts give no interval. */
export interface TextBounds {
  readonly value: number
  readonly interval: Interval | null
}

/**
 * The value over the drawn texts and its interval over all texts; exact when all are drawn. Texts without a unit (empty ones) say nothing; the value is not
 * a number if no other was drawn.
 */
export function textBounds(sequence: TextSequence, drawn: readonly TextPair[]): TextBounds {
  const { metric, count } = sequence
  const { value, deviation } = changeOf(sequence, drawn)
  const inUnit = metric ? Math.exp : (nats: number) => Math.max(0, nats)
  if (drawn.length >= count) return { value: inUnit(value), interval: [inUnit(value), inUnit(value)] }
  if (deviation === null || drawn.length < FIRST_LOOK) return { value: inUnit(value), interval: null }
  const reach = deviation * widthAfter(drawn.length, sequence)
  return { value: inUnit(value), interval: [inUnit(value - reach), inUnit(value + reach)] }
}

/** When the value over all texts was first known to be above, or at most, `limit`; null if it is not known after the drawn ones. */
export function firstTextCrossing(sequence: TextSequence, drawn: readonly TextPair[], limit: number): Crossing | null {
  for (const itemCount of looks(drawn.length, sequence.count)) {
    const { interval } = textBounds(sequence, drawn.slice(0, itemCount))
    if (interval && interval[1] <= limit) return { side: 'below', itemCount }
    if (interval && interval[0] > limit) return { side: 'above', itemCount }
  }
  return null
}

/**
 * After how many texts, at most all, the value would be known to be on one side of `limit` if it and its deviation stayed as they are after those drawn.
 * A forecast without a guarantee.
 */
export function forecastTextCrossing(sequence: TextSequence, drawn: readonly TextPair[], limit: number): number {
  const { metric, count } = sequence
  const { value, deviation } = changeOf(sequence, drawn)
  if (deviation === null) return Math.min(count, FIRST_LOOK)
  const distance = Math.abs(value - (metric ? Math.log(limit) : limit))
  let [open, decided] = [Math.max(drawn.length, FIRST_LOOK - 1), count]
  while (decided - open > 1) {
    const middle = Math.floor((open + decided) / 2)
    if (deviation * widthAfter(middle, sequence) <= distance) decided = middle
    else open = middle
  }
  return decided
}

function changeOf({ metric }: TextSequence, drawn: readonly TextPair[]): Change {
  const texts = drawn.filter(hasUnits)
  return metric ? logScoreChange(metric, texts) : natsChange(texts)
}

/** As sequenceWidth, narrowest after a quarter of all texts. */
function widthAfter(drawnCount: number, { count, alpha }: TextSequence): number {
  return sequenceWidth(drawnCount, { alpha, bestAt: Math.max(FIRST_LOOK, count / 4) })
}

/**
 * After every text, of many texts once in a hundredth of them, and after all. They do not depend on how many are drawn, so what was known once stays
 * known.
 */
function* looks(drawnCount: number, count: number): Iterable<number> {
  for (let itemCount = FIRST_LOOK; itemCount <= drawnCount && itemCount < count; itemCount += Math.ceil(itemCount / 100)) yield itemCount
  if (drawnCount >= count) yield count
}

/** Half the width of the sequence after `count` texts, in deviations of one text. It is narrowest, compared with the least possible, at `bestAt` texts. */
export function sequenceWidth(count: number, { alpha, bestAt }: { readonly alpha: number; readonly bestAt: number }): number {
  const rhoSquared = (-2 * Math.log(alpha) + Math.log(1 - 2 * Math.log(alpha))) / bestAt
  const spread = count * rhoSquared + 1
  return Math.sqrt(((2 * spread) / (count ** 2 * rhoSquared)) * Math.log(Math.sqrt(spread) / alpha))
}
