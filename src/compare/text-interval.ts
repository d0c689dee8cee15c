/** The interval of a change in perplexity, from texts that both models scored. */
import type { TextValue } from '../metrics/metric.ts'
import { studentQuantile } from './beta.ts'
import type { Interval } from './comparison.ts'

/** Fewer texts give no interval, and decide nothing. */
export const LEAST_TEXTS = 10

/** A text under both models. */
export type TextPair = readonly [original: TextValue, variant: TextValue]

/** Whether a text has units under the original; an empty one says nothing. */
export function hasUnits([original]: TextPair): boolean {
  return original.weight > 0
}

/** A change with its interval. */
export interface Change {
  readonly value: number
  /** Null below LEAST_TEXTS texts: their spread is not known well enough for any interval. */
  readonly interval: Interval | null
  /** Standard deviation of what one text contributes (HC3): that of `value` times the root of the number of texts. Null as the interval. */
  readonly deviation: number | null
}

/**
 * Change of the mean nats per unit (word, byte, token), variant less original; at least one text. Its exponential is the ratio of the
 * perplexities.
 *
 * A text's log-likelihood has no bound, so no interval holds for every distribution. This one is Student's t with the
 * standard error HC3 of a ratio estimator (MacKinnon and White, Journal of Econometrics 29, 1985; the leverage of a text is its share of all units).
 * Its degrees of freedom are half of (Kish's effective number of texts − 1), which suits an excess kurtosis of 2. It assumes independent texts,
 * and that no rare text changes far more than those scored.
 */
export function natsChange(texts: readonly TextPair[]): Change {
  const shares = sharesOf(texts.map(([original]) => original.weight))
  const weight = sum(texts, ([original]) => original.weight)
  const loss = ([original, variant]: TextPair) => original.logProb - variant.logProb
  const value = sum(texts, loss) / weight
  const influences = texts.map((text) => ((loss(text) - value * text[0].weight) * texts.length) / weight)
  return { value, ...studentInterval(value, influences, shares) }
}

/** Natural logarithm of the ratio of two means over texts, variant over original: of bits per byte (as nats a text), or of the texts' own perplexities. */
export function logRatioOfMeans(pairs: readonly (readonly [original: number, variant: number])[]): Change {
  const originalMean = sum(pairs, ([original]) => original) / pairs.length
  const variantMean = sum(pairs, ([, variant]) => variant) / pairs.length
  const influences = pairs.map(([original, variant]) => variant / variantMean - original / originalMean)
  const value = Math.log(variantMean / originalMean)
  return { value, ...studentInterval(value, influences, sharesOf(pairs.map(([original]) => original))) }
}

/** Log-likelihoods repeat to about this many nats per token in other batches: an interval does not claim to know more. */
const REPEATABLE_NATS = 1e-4

/** `shares` of the texts in the estimate add up to 1; a text's influence grows as its share does. */
function studentInterval(value: number, influences: readonly number[], shares: readonly number[]): Pick<Change, 'interval' | 'deviation'> {
  const count = influences.length
  if (count < LEAST_TEXTS || !influences.every(Number.isFinite)) return { interval: null, deviation: null }
  const effectiveCount = 1 / sum(shares, (share) => share ** 2)
  const squares = influences.reduce((total, influence, index) => total + (influence / (1 - shares[index]!)) ** 2, 0)
  const deviation = Math.max(REPEATABLE_NATS, Math.sqrt(squares / count))
  const reach = (studentQuantile(Math.max(1, (effectiveCount - 1) / 2)) * deviation) / Math.sqrt(count)
  return { interval: [value - reach, value + reach], deviation }
}

function sharesOf(weights: readonly number[]): number[] {
  const total = sum(weights, (weight) => weight)
  return weights.map((weight) => weight / total)
}

function sum<T>(values: readonly T[], of: (value: T) => number): number {
  return values.reduce((total, value) => total + of(value), 0)
}
