/** Bounds by betting: against a computation item by item (statistics.golden.json, scripts/make-statistics-goldens.py), and their laws. */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { meanInterval, ratioInterval, type CountedPair } from '../../src/compare/betting-bounds.ts'

const golden = JSON.parse(readFileSync(path.join(import.meta.dirname, 'statistics.golden.json'), 'utf8')) as {
  readonly betting: readonly {
    readonly counts: readonly [number, number, number, number]
    readonly difference: readonly [number, number]
    readonly ratio: readonly [number, number]
  }[]
}

const RANGE = { low: -1, high: 1 }

/** Items wrong in both, lost, gained, right in both. */
function pairsOf([neither, lost, gained, both]: readonly [number, number, number, number]): CountedPair[] {
  return [
    { original: 0, variant: 0, count: neither },
    { original: 1, variant: 0, count: lost },
    { original: 0, variant: 1, count: gained },
    { original: 1, variant: 1, count: both },
  ]
}

const differencesOf = (pairs: readonly CountedPair[]) => pairs.map(({ original, variant, count }) => ({ value: variant - original, count }))

test.each(golden.betting)('of $counts are those computed item by item', ({ counts, difference, ratio }) => {
  const pairs = pairsOf(counts)
  meanInterval(differencesOf(pairs), RANGE).forEach((bound, index) => expect(bound).toBeCloseTo(difference[index]!, 9))
  ratioInterval(pairs)!.forEach((bound, index) => expect(bound / (ratio[index]! || 1)).toBeCloseTo(ratio[index] === 0 ? 0 : 1, 8))
})

describe('the interval of a mean', () => {
  test('of no items is the whole range', () => expect(meanInterval([], RANGE)).toEqual([-1, 1]))

  test.each([1, 3, 20, 200, 14_042])('of %d equal values is never a point', (count) => {
    const [low, high] = meanInterval([{ value: 0, count }], RANGE)
    expect(low).toBeLessThan(-0.0001)
    expect(high).toBeCloseTo(-low, 9)
  })

  test('of one item leaves almost everything possible', () => expect(meanInterval([{ value: 1, count: 1 }], { low: 0, high: 1 })[0]).toBeCloseTo(1 / 53, 9))

  const counts = fc.tuple(fc.nat(60), fc.nat(60), fc.nat(60), fc.nat(60)).filter((all) => all.some((count) => count > 0))

  test('contains the mean, and is in the range', () => {
    fc.assert(
      fc.property(counts, (all) => {
        const values = differencesOf(pairsOf(all))
        const mean = (all[2] - all[1]) / all.reduce((sum, count) => sum + count, 0)
        const [low, high] = meanInterval(values, RANGE)
        expect(low).toBeGreaterThanOrEqual(-1)
        expect(high).toBeLessThanOrEqual(1)
        expect(low).toBeLessThanOrEqual(mean)
        expect(high).toBeGreaterThanOrEqual(mean)
      }),
    )
  })

  test('mirrors when gains and losses are exchanged', () => {
    fc.assert(
      fc.property(counts, ([neither, lost, gained, both]) => {
        const [low, high] = meanInterval(differencesOf(pairsOf([neither, lost, gained, both])), RANGE)
        const [otherLow, otherHigh] = meanInterval(differencesOf(pairsOf([neither, gained, lost, both])), RANGE)
        expect(otherLow).toBeCloseTo(-high, 9)
        expect(otherHigh).toBeCloseTo(-low, 9)
      }),
    )
  })

  test('does not depend on how equal values are grouped', () => {
    const split = [...Array.from({ length: 5 }, () => ({ value: 0, count: 1 })), { value: 1, count: 2 }, { value: 1, count: 1 }]
    const grouped = meanInterval(
      [
        { value: 0, count: 5 },
        { value: 1, count: 3 },
      ],
      { low: 0, high: 1 },
    )
    meanInterval(split, { low: 0, high: 1 }).forEach((bound, index) => expect(bound).toBeCloseTo(grouped[index]!, 12))
  })

  test('narrows with items: four times as many, about half as wide', () => {
    const width = (scale: number) => {
      const [low, high] = meanInterval(differencesOf(pairsOf([300 * scale, 80 * scale, 60 * scale, 560 * scale])), RANGE)
      return high - low
    }
    expect(width(4) / width(1)).toBeGreaterThan(0.48)
    expect(width(4) / width(1)).toBeLessThan(0.56)
  })
})

describe('the interval of a ratio', () => {
  test('is not known if the original has nothing right', () => expect(ratioInterval(pairsOf([5, 0, 3, 0]))).toBeNull())

  test('is finite with a single right item, and says little', () => {
    const [low, high] = ratioInterval(pairsOf([0, 0, 0, 1]))!
    expect(low).toBeCloseTo(1 / 53, 9)
    expect(high).toBeCloseTo(53, 6)
  })

  test('excludes 1 exactly if the interval of the difference excludes 0', () => {
    const counts = fc.tuple(fc.nat(60), fc.nat(60), fc.nat(60), fc.integer({ min: 1, max: 60 }))
    fc.assert(
      fc.property(counts, (all) => {
        const [low, high] = meanInterval(differencesOf(pairsOf(all)), RANGE)
        const [ratioLow, ratioHigh] = ratioInterval(pairsOf(all))!
        expect(ratioLow > 1).toBe(low > 0)
        expect(ratioHigh < 1).toBe(high < 0)
      }),
    )
  })
})
