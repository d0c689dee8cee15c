/**
 * Bounds on the score that a model would reach on a finite set of items, while the items are drawn one by one in a random order without
 * replacement. The bounds hold at all times at once, so a test may stop as soon as they decide.
 *
 * Theorem (Waudby-Smith and Ramdas, "Estimating means of bounded random variables by betting", JRSS B 2024, arXiv:2010.09686, section 5;
 * sampling without replacement: arXiv:2006.04347). Let the mean of all N values be m. Given the values before it, the next one has the mean
 * m_t = (N · m − sum so far) ÷ (N − t + 1). Bet a fraction c of the wealth on a value x ≥ low: the wealth is multiplied by
 * 1 − c + c · (x − low) ÷ (m_t − low). If the mean is at most m, the wealth is a nonnegative supermartingale that begins at 1, so it ever reaches
 * 1 ÷ α with probability at most α (Ville's inequality). The wealth here is the mean over a fixed set of fractions, which keeps that property.
 *
 * The other model's scores are known for all items, and serve as a control variate: the bet is on x = s − β · (o − mean of the o that remain),
 * whose mean is also m_t. β is computed from earlier items only, so the property remains for every β.
 *
 * Assumptions: each order of the items is equally likely and independent of the scores; scores are from 0 to 1. There is none on how scores are
 * distributed, and none on a larger population: the bounds are about this set of items.
 */
import { bettingFractions } from '../betting-bounds.ts'
import type { Interval } from '../comparison.ts'

/** An item that was drawn: its known score under the baseline, and its score under the model that is tested; both from 0 to 1. */
export interface DrawnScore {
  readonly baseline: number
  readonly candidate: number
}

/** All items: how many, and their mean score under the baseline. */
export interface ScorePopulation {
  readonly count: number
  readonly baselineMean: number
}

/** What is asked of the mean over all items: whether it reaches the threshold. An answer is wrong with probability at most alpha ÷ 2 on each side. */
export interface ThresholdRule {
  readonly threshold: number
  readonly alpha: number
}

/** On which side of a threshold the mean over all items is, and after how many items that was known. */
export interface Crossing {
  readonly side: 'above' | 'below'
  /** Items drawn until then. */
  readonly itemCount: number
}

/**
 * The interval of the candidate's mean over all items after the items of `drawn`, in their order. With probability 1 − alpha all intervals of a
 * sequence of draws contain the mean. It is exact when all items are drawn, and never excludes what the drawn items leave possible with certainty.
 */
export function scoreBounds(population: ScorePopulation, drawn: readonly DrawnScore[], alpha: number): Interval {
  const [least, most] = possibleMeans(population, drawn)
  const bets = betsOf(population, drawn)
  const test = { bets, count: population.count, fractions: bettingFractions(population.count, alpha / 2), needed: Math.log(2 / alpha) }
  return [lastRefuted(least, most, (mean) => isRefuted(test, mean, 'at most')), lastRefuted(most, least, (mean) => isRefuted(test, mean, 'at least'))]
}

/**
 * When the mean over all items was first known to be above (or equal to) or below `threshold`; null if it is not known after the items of `drawn`.
 * A side is wrong with probability at most alpha ÷ 2, whenever one looks. When all items are drawn it is certain.
 */
export function firstCrossing(population: ScorePopulation, drawn: readonly DrawnScore[], { threshold, alpha }: ThresholdRule): Crossing | null {
  const { count } = population
  const fractions = bettingFractions(count, alpha / 2)
  const needed = Math.log(2 / alpha)
  const [up, down] = [fractions.map(() => 0), fractions.map(() => 0)]
  const bets = betsOf(population, drawn)
  let sum = 0
  for (const [index, bet] of bets.entries()) {
    multiply(up, fractions, gainAbove(bet, count, threshold))
    multiply(down, fractions, gainBelow(bet, count, threshold))
    sum += drawn[index]!.candidate
    const itemCount = index + 1
    if (isAtLeast(sum, threshold * count)) return { side: 'above', itemCount }
    if (!isAtLeast(sum + count - itemCount, threshold * count)) return { side: 'below', itemCount }
    if (logMeanExp(up) >= needed) return { side: 'above', itemCount }
    if (logMeanExp(down) >= needed) return { side: 'below', itemCount }
  }
  return null
}

/** The candidate's mean over all items, estimated: the baseline's plus the mean difference of the drawn items, within what is possible. */
export function estimatedMean(population: ScorePopulation, drawn: readonly DrawnScore[]): number {
  const difference = drawn.reduce((sum, { baseline, candidate }) => sum + candidate - baseline, 0) / drawn.length
  const [least, most] = possibleMeans(population, drawn)
  return Math.min(most, Math.max(least, population.baselineMean + difference))
}

/**
 * After how many items the mean over all would be known to be on one side of `threshold` if the items went on as they began: those of `drawn`, at least
 * one, are repeated in their order. At most all items. A forecast without a guarantee: few items say little about the rest.
 */
export function forecastCrossing({ count, baselineMean }: ScorePopulation, drawn: readonly DrawnScore[], { threshold, alpha }: ThresholdRule): number {
  const repeated = Array.from({ length: count }, (_, index) => drawn[index % drawn.length]!)
  const repeatedMean = repeated.reduce((sum, { baseline }) => sum + baseline, 0) / count
  // The drawn items may be easier than all: the threshold moves with them, so that the candidate is as far from it as by all that is known.
  const moved = Math.min(1, Math.max(0, threshold - baselineMean + repeatedMean))
  return firstCrossing({ count, baselineMean: repeatedMean }, repeated, { threshold: moved, alpha })?.itemCount ?? count
}

/** Sums of scores differ by rounding. */
const ROUNDING = 1e-9

function isAtLeast(sum: number, limit: number): boolean {
  return sum >= limit - ROUNDING * Math.max(1, Math.abs(limit))
}

/** The least and the greatest mean over all items that the drawn items allow. */
function possibleMeans({ count }: ScorePopulation, drawn: readonly DrawnScore[]): Interval {
  const sum = drawn.reduce((total, { candidate }) => total + candidate, 0)
  return [sum / count, (sum + count - drawn.length) / count]
}

/** What one draw is a bet on, before a mean is supposed. */
interface Bet {
  /** Items that remained, this one included. */
  readonly remaining: number
  /** Sum of the candidate's scores before it. */
  readonly sumBefore: number
  /** The value with its control variate, and its range. */
  readonly value: number
  readonly low: number
  readonly high: number
}

function betsOf({ count, baselineMean }: ScorePopulation, drawn: readonly DrawnScore[]): Bet[] {
  const slope = slopeEstimate()
  let [sumBefore, baselineLeft] = [0, baselineMean * count]
  return drawn.map(({ baseline, candidate }, index) => {
    const remaining = count - index
    const meanLeft = Math.min(1, Math.max(0, baselineLeft / remaining))
    // If all that remain are equal under the baseline, it says nothing about them and would only widen the range.
    const beta = meanLeft < ROUNDING || meanLeft > 1 - ROUNDING ? 0 : slope.value()
    const bet = { remaining, sumBefore, value: candidate - beta * (baseline - meanLeft), low: -beta * (1 - meanLeft), high: 1 + beta * meanLeft }
    slope.add(baseline, candidate)
    sumBefore += candidate
    baselineLeft -= baseline
    return bet
  })
}

/** Weight, in items, and value of the slope that is supposed before any item: two models of one family agree on most items. */
const PRIOR = { slope: 0.8, itemCount: 20, variance: 0.2 } as const

/** The least-squares slope of the candidate's scores over the baseline's, of the items added so far, between 0 and 1. */
function slopeEstimate(): { readonly value: () => number; readonly add: (baseline: number, candidate: number) => void } {
  let [count, sumB, sumC, sumBB, sumBC] = [0, 0, 0, 0, 0]
  const weight = PRIOR.itemCount * PRIOR.variance
  return {
    value() {
      const means = count === 0 ? 0 : sumB / count
      const [covariance, variance] = [sumBC - means * sumC, sumBB - means * sumB]
      return Math.min(1, Math.max(0, (covariance + PRIOR.slope * weight) / (variance + weight)))
    },
    add(baseline, candidate) {
      count++
      sumB += baseline
      sumC += candidate
      sumBB += baseline * baseline
      sumBC += baseline * candidate
    },
  }
}

/** What a whole bet on "the mean is above" gains if the mean of all `count` items is `mean`: at least −1; Infinity if that is impossible. */
function gainAbove({ remaining, sumBefore, value, low }: Bet, count: number, mean: number): number {
  const expected = (count * mean - sumBefore) / remaining
  // Without the range of the control variate: scores are not negative.
  if (expected < -ROUNDING) return Infinity
  return ratio(value - expected, expected - low)
}

/** The same of a bet on "the mean is below". */
function gainBelow({ remaining, sumBefore, value, high }: Bet, count: number, mean: number): number {
  const expected = (count * mean - sumBefore) / remaining
  if (expected > 1 + ROUNDING) return Infinity
  return ratio(expected - value, high - expected)
}

/** Gain ÷ stake; with nothing at stake a gain proves, and no gain says nothing. */
function ratio(gain: number, stake: number): number {
  if (stake > ROUNDING) return Math.max(-1, gain / stake)
  return gain > ROUNDING ? Infinity : 0
}

function multiply(logWealths: number[], fractions: readonly number[], gain: number): void {
  fractions.forEach((fraction, index) => {
    const before = logWealths[index]!
    // Nothing grows out of lost wealth.
    logWealths[index] = before === -Infinity ? before : before + Math.log1p(fraction * gain)
  })
}

interface Test {
  readonly bets: readonly Bet[]
  readonly count: number
  readonly fractions: readonly number[]
  /** Logarithm of the wealth that refutes. */
  readonly needed: number
}

function isRefuted({ bets, count, fractions, needed }: Test, mean: number, claim: 'at most' | 'at least'): boolean {
  const logWealths = fractions.map(() => 0)
  const gainOf = claim === 'at most' ? gainAbove : gainBelow
  for (const bet of bets) multiply(logWealths, fractions, gainOf(bet, count, mean))
  return logMeanExp(logWealths) >= needed
}

/** Halvings of an interval: enough for a millionth of a point. */
const BISECTIONS = 30

/** From a certain bound towards the other: the last mean that is refuted. For every fraction the wealth falls on the way. */
function lastRefuted(certain: number, other: number, isRefuted: (mean: number) => boolean): number {
  let [refuted, open] = [certain, other]
  if (certain === other) return certain
  for (let step = 0; step < BISECTIONS; step++) {
    const middle = (refuted + open) / 2
    if (isRefuted(middle)) refuted = middle
    else open = middle
  }
  return refuted
}

function logMeanExp(values: readonly number[]): number {
  const largest = Math.max(...values)
  if (!Number.isFinite(largest)) return largest
  return largest + Math.log(values.reduce((sum, value) => sum + Math.exp(value - largest), 0) / values.length)
}
