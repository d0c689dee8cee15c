/** The statistics against scipy and statsmodels; the golden file says which versions made it (scripts/make-statistics-goldens.py). */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { percentileInterval, resampleOutcomes } from '../../src/compare/bootstrap.ts'
import { compareRuns } from '../../src/compare/compare-runs.ts'
import { holm, mcnemarExact } from '../../src/compare/significance.ts'
import { choiceTask, storedRun, textTask } from '../stored-runs.ts'

type Pair = readonly [number, number]
const golden = JSON.parse(readFileSync(path.join(import.meta.dirname, 'statistics.golden.json'), 'utf8')) as {
  readonly mcnemar: readonly { readonly lost: number; readonly gained: number; readonly p: number }[]
  readonly holm: readonly { readonly p: readonly number[]; readonly adjusted: readonly number[] }[]
  readonly quantiles: { readonly values: readonly number[]; readonly interval: Pair }
  readonly pairs: readonly { readonly original: readonly number[]; readonly variant: readonly number[]; readonly difference: Pair; readonly retention: Pair }[]
  readonly texts: {
    readonly weights: readonly number[]
    readonly original: readonly number[]
    readonly variant: readonly number[]
    readonly ratio: Pair
    readonly nats: Pair
  }
}

describe("McNemar's exact test", () => {
  test.each(golden.mcnemar)('of $lost lost and $gained gained is that of statsmodels', ({ lost, gained, p }) => {
    const found = mcnemarExact(lost, gained)
    expect(Math.abs(found - p)).toBeLessThanOrEqual(1e-9 * p + 1e-300)
  })

  test('does not care which way items flipped', () => {
    fc.assert(fc.property(fc.nat(500), fc.nat(500), (a, b) => mcnemarExact(a, b) === mcnemarExact(b, a)))
  })

  test('of fourteen thousand flips one way is as good as zero and a number', () => expect(mcnemarExact(14_042, 0)).toBe(0))
})

describe("Holm's correction", () => {
  test.each(golden.holm)('of $p is that of statsmodels', ({ p, adjusted }) => {
    holm(p).forEach((value, index) => expect(value).toBeCloseTo(adjusted[index]!, 14))
  })

  test('never makes a p-value smaller, and keeps their order', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 8 }), (values) => {
        const adjusted = holm(values)
        values.forEach((value, a) => {
          expect(adjusted[a]).toBeGreaterThanOrEqual(value)
          values.forEach((other, b) => {
            if (value < other) expect(adjusted[a]).toBeLessThanOrEqual(adjusted[b]!)
          })
        })
      }),
    )
  })
})

test('quantiles are those of numpy', () => {
  percentileInterval(golden.quantiles.values)!.forEach((bound, index) => expect(bound).toBeCloseTo(golden.quantiles.interval[index]!, 12))
})

describe('the paired bootstrap', () => {
  // Bounds are drawn, here 10,000 times and 100,000 there: half a step of the scale of items, or 3 % of the interval's width.
  const isNear = (found: Pair | null, expected: Pair, step: number) =>
    found!.forEach((bound, index) => expect(Math.abs(bound - expected[index]!)).toBeLessThanOrEqual(Math.max(step, 0.03 * (expected[1] - expected[0]))))

  test.each(golden.pairs.map((pair, index) => [pair.original.length, index] as const))('of %d items has the intervals of scipy', (_, index) => {
    const { original, variant, difference, retention } = golden.pairs[index]!
    const cell = compareRuns(storedRun('a', [choiceTask('piqa', original)]), [storedRun('b', [choiceTask('piqa', variant)])]).accuracies[0]!.cells[0]!
    isNear(cell.differenceInterval, difference, 1.01 / original.length)
    isNear(cell.retentionInterval, retention, 1.5 / original.length)
  })

  test('of texts has the intervals of scipy', () => {
    const { weights, original, variant, ratio, nats } = golden.texts
    const task = (logProbs: readonly number[]) =>
      textTask(
        'wikitext',
        logProbs.map((logProb, index) => ({ logProb, weight: weights[index]! })),
      )
    const cell = compareRuns(storedRun('a', [task(original)]), [storedRun('b', [task(variant)])]).perplexities[0]!.cells[0]!
    isNear(cell.ratioInterval, ratio, 0)
    isNear(cell.natsInterval, nats, 0)
  })

  test('draws each stratum for itself: where each is of one kind, nothing varies', () => {
    const strata = [Uint8Array.of(3, 3, 3, 3), Uint8Array.of(1, 1), Uint8Array.of(0, 0, 0)]
    const { original, variant } = resampleOutcomes(strata, { resamples: 100, seed: 1 })
    expect(new Set(original)).toEqual(new Set([6]))
    expect(new Set(variant)).toEqual(new Set([4]))
  })

  test('is the same for the same seed, and another for another', () => {
    const strata = [Uint8Array.from({ length: 50 }, (_, index) => index % 4)]
    const draw = (seed: number) => [...resampleOutcomes(strata, { resamples: 20, seed }).variant]
    expect(draw(1)).toEqual(draw(1))
    expect(draw(1)).not.toEqual(draw(2))
  })
})
