/** Bounds while items are drawn: against confseq, whose authors are the method's, and NumPy with the control variate (score-sequence.golden.json); their laws. */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { estimatedMean, firstCrossing, forecastCrossing, scoreBounds, type DrawnScore } from '../../../src/compare/sequential/score-sequence.ts'
import { mulberry32 } from '../../../src/metrics/random.ts'
import { errorsAtLimit, meansOf, populationOf, shuffled } from './simulated-populations.ts'

interface GoldenCase {
  readonly count: number
  readonly interval: readonly [number, number]
  readonly threshold: number
  readonly firstAbove: number | null
  readonly firstBelow: number | null
}

interface ControlledCase extends GoldenCase {
  readonly baseline: readonly number[]
  readonly candidate: readonly number[]
  readonly baselineMean: number
}

const { cases, controlled } = JSON.parse(readFileSync(path.join(import.meta.dirname, 'score-sequence.golden.json'), 'utf8')) as {
  readonly cases: readonly (GoldenCase & { readonly values: readonly number[] })[]
  readonly controlled: readonly ControlledCase[]
}
/** A baseline that is right everywhere is not a control variate. */
const uncontrolled = cases.map(({ values, ...rest }): ControlledCase => ({ ...rest, baseline: values.map(() => 1), candidate: values, baselineMean: 1 }))

describe.each([
  ...uncontrolled.map((one, index) => [`case ${index} of confseq`, one] as const),
  ...controlled.map((one, index) => [`case ${index} with a control variate`, one] as const),
])('%s', (_, { baseline, candidate, count, baselineMean, interval, threshold, firstAbove, firstBelow }) => {
  const population = { count, baselineMean }
  const drawn = candidate.map((value, index): DrawnScore => ({ baseline: baseline[index]!, candidate: value }))

  test('has its bounds', () => scoreBounds(population, drawn, 0.05).forEach((bound, index) => expect(bound).toBeCloseTo(interval[index]!, 6)))

  test('crosses a threshold after its number of items', () => {
    const crossing = firstCrossing(population, drawn, { threshold, alpha: 0.05 })
    const first = Math.min(firstAbove ?? Infinity, firstBelow ?? Infinity)
    expect(crossing?.itemCount ?? Infinity).toBe(first)
    if (crossing) expect(crossing.side).toBe(firstAbove === first ? 'above' : 'below')
  })
})

const drawnOf = (...scores: readonly (readonly [number, number])[]) => scores.map(([baseline, candidate]): DrawnScore => ({ baseline, candidate }))

describe('closed cases', () => {
  test('one item of one is exact', () => {
    expect(scoreBounds({ count: 1, baselineMean: 1 }, drawnOf([1, 1]), 0.05)).toEqual([1, 1])
    expect(firstCrossing({ count: 1, baselineMean: 1 }, drawnOf([1, 1]), { threshold: 1, alpha: 0.05 })).toEqual({ side: 'above', itemCount: 1 })
    expect(firstCrossing({ count: 1, baselineMean: 1 }, drawnOf([1, 0]), { threshold: 0.9, alpha: 0.05 })).toEqual({ side: 'below', itemCount: 1 })
  })

  test('a few items that all agree decide nothing', () => {
    expect(firstCrossing({ count: 1000, baselineMean: 0.7 }, drawnOf([1, 1], [0, 0], [1, 1], [1, 1]), { threshold: 0.63, alpha: 0.05 })).toBeNull()
  })

  test.each([0.05, 0.5, 1])('a model of zeros falls below a baseline of %d', (baselineMean) => {
    const items = shuffled(populationOf({ count: 1000, baseline: baselineMean, lost: baselineMean, gained: 0 }), mulberry32(1))
    const crossing = firstCrossing({ count: 1000, baselineMean }, items, { threshold: 0.9 * baselineMean, alpha: 0.05 })
    expect(crossing!.side).toBe('below')
    expect(crossing!.itemCount).toBeLessThan(1000)
  })

  test('a baseline of zeros is not a control variate', () => {
    const items = drawnOf(...Array.from({ length: 50 }, (_, index): [number, number] => [0, index % 2]))
    const [low, high] = scoreBounds({ count: 100, baselineMean: 0 }, items, 0.05)
    expect(low).toBeLessThan(0.5)
    expect(high).toBeGreaterThan(0.5)
    expect(high - low).toBeLessThan(0.5)
  })

  test('a limit that the last item decides is not decided before', () => {
    const items = populationOf({ count: 101, baseline: 1, lost: 0.5, gained: 0 })
    const alternating = items.map((_, index): DrawnScore => ({ baseline: 1, candidate: index % 2 }))
    expect(firstCrossing({ count: 101, baselineMean: 1 }, alternating, { threshold: 50 / 101, alpha: 0.05 })!.itemCount).toBeGreaterThanOrEqual(100)
  })
})

test('the mean of every set is inside the bounds of all its items, and bounds of a limit that was crossed exclude it', () => {
  const random = mulberry32(3)
  for (let set = 0; set < 20; set++) {
    const items = shuffled(populationOf({ count: 200, baseline: random(), lost: 0.2 * random(), gained: 0.2 * random() }), random)
    const { candidate, baseline } = meansOf(items)
    const population = { count: items.length, baselineMean: baseline }
    scoreBounds(population, items, 0.05).forEach((bound) => expect(bound).toBeCloseTo(candidate, 12))
    expect(estimatedMean(population, items)).toBeCloseTo(candidate, 12)
    const threshold = candidate + 0.15
    const { itemCount, side } = firstCrossing(population, items, { threshold, alpha: 0.05 })!
    expect(side).toBe('below')
    expect(scoreBounds(population, items.slice(0, itemCount), 0.05)[1]).toBeLessThanOrEqual(threshold + 1e-6)
  }
})

describe('a forecast of the crossing', () => {
  test('is exact if the items go on as they began', () => {
    const items = shuffled(populationOf({ count: 100, baseline: 0.6, lost: 0.1, gained: 0.05 }), mulberry32(4))
    const all = Array.from({ length: 20 }, () => items).flat()
    const population = { count: all.length, baselineMean: 0.6 }
    const rule = { threshold: 0.5, alpha: 0.05 }
    expect(forecastCrossing(population, items, rule)).toBe(firstCrossing(population, all, rule)!.itemCount)
  })

  test('is the last item when the candidate is on the limit', () => {
    const items = drawnOf([1, 1], [1, 0])
    expect(forecastCrossing({ count: 500, baselineMean: 1 }, items, { threshold: 0.5, alpha: 0.05 })).toBeGreaterThanOrEqual(499)
  })

  test('does not depend on whether the drawn items are harder for both models', () => {
    const [easy, hard] = [populationOf({ count: 40, baseline: 0.8, lost: 0, gained: 0 }), populationOf({ count: 40, baseline: 0.6, lost: 0, gained: 0 })]
    const forecast = (items: readonly DrawnScore[]) => forecastCrossing({ count: 5000, baselineMean: 0.7 }, items, { threshold: 0.63, alpha: 0.05 })
    expect(forecast(hard) / forecast(easy)).toBeCloseTo(1, 0)
    expect(forecast(hard)).toBeLessThan(200)
  })

  test('is too high as often as too low', () => {
    const random = mulberry32(5)
    const items = populationOf({ count: 10_042, baseline: 0.786, lost: 0.038, gained: 0.03 })
    const population = { count: items.length, baselineMean: meansOf(items).baseline }
    const rule = { threshold: 0.9 * population.baselineMean, alpha: 0.05 }
    const ratios = Array.from({ length: 40 }, () => {
      const order = shuffled(items, random)
      return forecastCrossing(population, order.slice(0, 64), rule) / firstCrossing(population, order, rule)!.itemCount
    })
    const tooHigh = ratios.filter((ratio) => ratio > 1).length
    expect(tooHigh).toBeGreaterThanOrEqual(12)
    expect(tooHigh).toBeLessThanOrEqual(28)
  })
})

test('at the limit, wrong decisions on a side are rarer than α ÷ 2', () => {
  const makeSet = (random: () => number) => populationOf({ count: 20 + Math.floor(random() * 80), baseline: 0.7, lost: 0.1, gained: 0.05 })
  const errors = errorsAtLimit(makeSet, { sets: 300, alpha: 0.05, random: mulberry32(1), cross: firstCrossing })
  expect(errors.above).toBeLessThanOrEqual(0.025)
  expect(errors.below).toBeLessThanOrEqual(0.025)
})
