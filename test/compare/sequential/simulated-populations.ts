/** Finite sets of items for simulations: scores under a baseline and under a candidate, and random orders of them. */
import type { DrawnScore, firstCrossing } from '../../../src/compare/sequential/score-sequence.ts'

/** How many items of a set have each pair of scores. */
export interface PopulationShape {
  readonly count: number
  /** Share right under the baseline. */
  readonly baseline: number
  /** Share of all items that the candidate loses and gains. */
  readonly lost: number
  readonly gained: number
}

/** The items of a shape, scored 0 or 1. */
export function populationOf({ count, baseline, lost, gained }: PopulationShape): DrawnScore[] {
  const right = Math.round(count * baseline)
  const [lostCount, gainedCount] = [Math.round(count * lost), Math.round(count * gained)]
  return Array.from({ length: count }, (_, index) =>
    index < right ? { baseline: 1, candidate: index < lostCount ? 0 : 1 } : { baseline: 0, candidate: index - right < gainedCount ? 1 : 0 },
  )
}

/** The items in a random order. */
export function shuffled<T>(items: readonly T[], random: () => number): T[] {
  const order = [...items]
  for (let last = order.length - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1))
    ;[order[last], order[other]] = [order[other]!, order[last]!]
  }
  return order
}

/** Mean of the candidate's and of the baseline's scores. */
export function meansOf(items: readonly DrawnScore[]): { readonly candidate: number; readonly baseline: number } {
  const mean = (of: (item: DrawnScore) => number) => items.reduce((sum, item) => sum + of(item), 0) / items.length
  return { candidate: mean(({ candidate }) => candidate), baseline: mean(({ baseline }) => baseline) }
}

/** Shares of all sets that were decided wrongly, on each side. */
export interface ErrorShares {
  readonly above: number
  readonly below: number
}

/**
 * How often sets at their limit are decided wrongly: the mean is exactly at the threshold, so it is not below; and it is a trifle below the
 * threshold, so it is not above. `order` draws the items of the set with a number.
 */
export function errorsAtLimit(
  makeSet: (random: () => number) => readonly DrawnScore[],
  {
    sets,
    alpha,
    random,
    cross,
    order = (items) => shuffled(items, random),
  }: {
    sets: number
    alpha: number
    random: () => number
    cross: typeof firstCrossing
    order?: (items: readonly DrawnScore[], set: number) => DrawnScore[]
  },
): ErrorShares {
  let [above, below] = [0, 0]
  for (let set = 0; set < sets; set++) {
    const items = order(makeSet(random), set)
    const { candidate, baseline } = meansOf(items)
    const population = { count: items.length, baselineMean: baseline }
    if (cross(population, items, { threshold: candidate, alpha })!.side === 'below') below++
    if (cross(population, items, { threshold: candidate + 1e-6, alpha })!.side === 'above') above++
  }
  return { above: above / sets, below: below / sets }
}
