/**
 * Coverage of the 95 % intervals by simulation: how often a comparison of runs drawn at random misses the true value. Items are drawn in strata
 * of 1 to 5 items with accuracies of their own, as subjects of a benchmark are; the true value is the mean over all items.
 */
import { describe, expect, test } from 'vitest'
import { meanInterval, ratioInterval, type CountedPair } from '../../src/compare/betting-bounds.ts'
import { natsChange, type TextPair } from '../../src/compare/text-interval.ts'
import { mulberry32 } from '../../src/metrics/random.ts'

const REPEATS = 500
const SIZES = [1, 2, 3, 4, 5, 7, 10, 15, 20, 30, 50, 75, 100, 150, 200]

interface Truth {
  /** Probability right under the original. */
  readonly accuracy: number
  /** Probability that a right item is lost, and a wrong one gained. */
  readonly lost: number
  readonly gained: number
}

/** How the strata's probabilities scatter round these. */
const TRUTHS: readonly (Truth & { readonly name: string })[] = [
  { name: 'accuracy near 0, no change', accuracy: 0.03, lost: 0, gained: 0 },
  { name: 'accuracy near 0, some gained', accuracy: 0.03, lost: 0.1, gained: 0.02 },
  { name: 'accuracy 0.5, many flips', accuracy: 0.5, lost: 0.4, gained: 0.3 },
  { name: 'accuracy 0.5, few flips', accuracy: 0.5, lost: 0.03, gained: 0.03 },
  { name: 'accuracy near 1, few lost', accuracy: 0.98, lost: 0.02, gained: 0.3 },
  { name: 'accuracy near 1, many lost', accuracy: 0.98, lost: 0.5, gained: 0 },
  { name: 'accuracy 1, rarely lost', accuracy: 1, lost: 0.005, gained: 0 },
]

/** Strata of 1 to 5 items, or one stratum; some certain, some as the truth says, so that means agree only over all items. */
function drawStrata(count: number, truth: Truth, isStratified: boolean, random: () => number): { readonly size: number; readonly truth: Truth }[] {
  if (!isStratified) return [{ size: count, truth }]
  const strata: { size: number; truth: Truth }[] = []
  for (let left = count; left > 0;) {
    const size = Math.min(left, 1 + Math.floor(random() * 5))
    const accuracy = [0, truth.accuracy, 1][Math.floor(random() * 3)]!
    strata.push({ size, truth: { ...truth, accuracy, lost: random() < 0.5 ? truth.lost : truth.lost / 4 } })
    left -= size
  }
  return strata
}

function missRates(count: number, truth: Truth, isStratified: boolean, seed: number): { readonly difference: number; readonly ratio: number } {
  const random = mulberry32(seed)
  const strata = drawStrata(count, truth, isStratified, random)
  const total = (of: (own: Truth) => number) => strata.reduce((sum, { size, truth: own }) => sum + size * of(own), 0) / count
  const before = total(({ accuracy }) => accuracy)
  const after = total(({ accuracy, lost, gained }) => accuracy * (1 - lost) + (1 - accuracy) * gained)
  let [differenceMisses, ratioMisses] = [0, 0]
  for (let repeat = 0; repeat < REPEATS; repeat++) {
    const counts = [0, 0, 0, 0]
    for (const { size, truth: own } of strata)
      for (let item = 0; item < size; item++) {
        const original = random() < own.accuracy ? 1 : 0
        const hasFlipped = random() < (original ? own.lost : own.gained)
        const index = original + 2 * (hasFlipped ? 1 - original : original)
        counts[index] = counts[index]! + 1
      }
    const pairs: CountedPair[] = counts.map((times, index) => ({ original: index & 1, variant: index >> 1, count: times }))
    const [low, high] = meanInterval(
      pairs.map(({ original, variant, count: times }) => ({ value: variant - original, count: times })),
      { low: -1, high: 1 },
    )
    if (after - before < low - 1e-12 || after - before > high + 1e-12) differenceMisses++
    const ratio = ratioInterval(pairs)
    if (before > 0 && ratio && (after / before < ratio[0] - 1e-12 || after / before > ratio[1] + 1e-12)) ratioMisses++
  }
  return { difference: differenceMisses / REPEATS, ratio: ratioMisses / REPEATS }
}

describe.each(TRUTHS)('$name', (truth) => {
  test.each([
    ['one stratum', false],
    ['strata of 1 to 5 items', true],
  ])('%s: at most 5 %% of the intervals miss the true value, for every number of items', (_, isStratified) => {
    const rates = SIZES.map((count, index) => ({ count, ...missRates(count, truth, isStratified, 1000 + index) }))
    for (const { difference, ratio } of rates) {
      expect(difference).toBeLessThanOrEqual(0.05)
      expect(ratio).toBeLessThanOrEqual(0.05)
    }
  })
})

test.each([10, 20, 62, 200])('perplexity of %d texts of different lengths: about 5 %% of the intervals miss the true value', (count) => {
  const random = mulberry32(count)
  const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
  let misses = 0
  for (let repeat = 0; repeat < REPEATS * 4; repeat++) {
    const texts = Array.from({ length: count }, (): TextPair => {
      const weight = Math.round(50 + 300 * Math.exp(0.6 * normal()))
      const logProb = -weight * (3 + 0.3 * normal())
      return [
        { logProb, weight },
        { logProb: logProb - weight * (0.4 + 0.2 * normal()), weight },
      ]
    })
    const [low, high] = natsChange(texts).interval!
    if (low > 0.4 || high < 0.4) misses++
  }
  // Three standard errors of the simulation.
  expect(misses / (REPEATS * 4)).toBeLessThanOrEqual(0.05 + 0.0104)
})
