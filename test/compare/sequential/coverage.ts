/** How often bounds are wrong while items are drawn, by simulation: finite sets of several shapes with the limit at their own value, in orders of the gate. */
import type { DrawnScore } from '../../../src/compare/sequential/score-sequence.ts'
import { firstTextCrossing, textBounds, type TextSequence } from '../../../src/compare/sequential/text-sequence.ts'
import type { TextPair } from '../../../src/compare/text-interval.ts'
import { drawOrder } from '../../../src/gate/sequential/drawing.ts'
import type { PerplexityMetric } from '../../../src/metrics/metric.ts'
import { mulberry32 } from '../../../src/metrics/random.ts'
import { metricOf } from '../../../src/metrics/registry.ts'
import { errorsAtLimit, type ErrorShares, type PopulationShape } from './simulated-populations.ts'

/** A kind of random sets. */
export interface RandomSets<Item> {
  readonly name: string
  makeSet(random: () => number): readonly Item[]
}

/** Sets of scores: of benchmarks, of what pruning and quantizing do to them, and at the ends of what is possible. */
export const SCORE_SETS: readonly RandomSets<DrawnScore>[] = [
  ofShape('accuracy 0.5, many flips', { count: 400, baseline: 0.5, lost: 0.2, gained: 0.15 }),
  ofShape('accuracy 0.5, few flips', { count: 400, baseline: 0.5, lost: 0.02, gained: 0.01 }),
  ofShape('accuracy 0.8, as quantizing', { count: 1000, baseline: 0.8, lost: 0.05, gained: 0.03 }),
  ofShape('accuracy 0.8, as pruning', { count: 1000, baseline: 0.8, lost: 0.35, gained: 0.05 }),
  ofShape('accuracy 1, rarely lost', { count: 500, baseline: 1, lost: 0.01, gained: 0 }),
  ofShape('accuracy near 0, some gained', { count: 500, baseline: 0.03, lost: 0.01, gained: 0.05 }),
  ofShape('few items', { count: 20, baseline: 0.7, lost: 0.3, gained: 0.1 }),
  { name: 'a group of 57 subsets', makeSet: groupOfSubsets },
  { name: 'scores between 0 and 1', makeSet: fractionalScores },
]

/** Sets of texts, by the change that a candidate makes. */
export const TEXT_SETS: readonly RandomSets<TextPair>[] = [
  { name: '100 texts of uneven length', makeSet: textsOf(100, (random) => 0.1 + 0.05 * normal(random)) },
  { name: '400 texts of uneven length', makeSet: textsOf(400, (random) => 0.1 + 0.05 * normal(random)) },
  { name: '400 texts, skewed changes', makeSet: textsOf(400, (random) => 0.1 * Math.exp(normal(random))) },
  { name: '400 texts, one in 50 changes 20 times as much', makeSet: textsOf(400, (random) => (random() < 0.02 ? 1 : 0.05) * (1 + 0.2 * normal(random))) },
]

/** As `errorsAtLimit`, of scores, in orders that the gate draws. */
export function scoreErrors(randomSets: RandomSets<DrawnScore>, options: Omit<Parameters<typeof errorsAtLimit>[1], 'order'>): ErrorShares {
  return errorsAtLimit((random) => randomSets.makeSet(random), {
    ...options,
    order: (items, set) => drawOrder(items.length, set).map((index) => items[index]!),
  })
}

/** The same of texts: the share of sets whose ratio over all texts is ever outside the bounds, on each side. */
export function textErrors(randomSets: RandomSets<TextPair>, { sets, alpha, seed }: { sets: number; alpha: number; seed: number }): ErrorShares {
  const random = mulberry32(seed)
  let [above, below] = [0, 0]
  for (let set = 0; set < sets; set++) {
    const texts = randomSets.makeSet(random)
    const sequence: TextSequence = { metric: metricOf('word_perplexity') as PerplexityMetric, count: texts.length, alpha }
    const drawn = drawOrder(texts.length, set).map((index) => texts[index]!)
    const { value } = textBounds(sequence, drawn)
    // Without the last text, which makes the bounds exact. At the limit the ratio is neither above it nor, by a trifle, at most it.
    const early = drawn.slice(0, -1)
    if (firstTextCrossing(sequence, early, value)?.side === 'above') above++
    if (firstTextCrossing(sequence, early, value * (1 - 1e-9))?.side === 'below') below++
  }
  return { above: above / sets, below: below / sets }
}

function ofShape(name: string, { count, baseline, lost, gained }: PopulationShape): RandomSets<DrawnScore> {
  return {
    name,
    makeSet: (random) => Array.from({ length: count }, () => flipped(random, { baseline, lost: lost / baseline, gained: gained / (1 - baseline) })),
  }
}

/** An item that is right under the baseline with one probability, and lost or gained with others. */
function flipped(random: () => number, { baseline, lost, gained }: Omit<PopulationShape, 'count'>): DrawnScore {
  const isRight = random() < baseline
  const flips = random() < (isRight ? lost : gained)
  return { baseline: isRight ? 1 : 0, candidate: isRight === flips ? 0 : 1 }
}

/** Subsets of 5 to 35 items with accuracies from 0.25 to 0.95, of which the candidate loses all or nothing in some. In the order of the rows. */
function groupOfSubsets(random: () => number): DrawnScore[] {
  return Array.from({ length: 57 }, () => {
    const [count, baseline, lost] = [5 + Math.floor(random() * 30), 0.25 + 0.7 * random(), random() < 0.2 ? 1 : 0.1 * random()]
    return Array.from({ length: count }, () => flipped(random, { baseline, lost, gained: 0.1 }))
  }).flat()
}

function fractionalScores(random: () => number): DrawnScore[] {
  return Array.from({ length: 500 }, () => {
    const baseline = random() ** 0.5
    return { baseline, candidate: Math.min(1, Math.max(0, baseline - 0.05 + 0.2 * normal(random))) }
  })
}

/** Texts of 20 to about 2,000 words that lose `nats` per word. */
function textsOf(count: number, nats: (random: () => number) => number): RandomSets<TextPair>['makeSet'] {
  return (random) =>
    Array.from({ length: count }, (): TextPair => {
      const weight = 20 + Math.round(200 * Math.exp(0.8 * normal(random)))
      return [
        { logProb: -3 * weight, weight },
        { logProb: -(3 + nats(random)) * weight, weight },
      ]
    })
}

/** Standard normal, by Box and Muller. */
function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
}
