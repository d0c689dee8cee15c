/** How many items a row of a card is of, beside those that were measured. */
import type { AccuracyLine, Comparison, PerplexityLine } from '../../../compare/comparison.ts'
import { count } from '../../../text/count.ts'
import type { ItemCount } from '../../read/printed-cell.ts'
import { placeOf } from '../checked-cell.ts'
import { missing, type ReproducedCell } from '../reproduced-cell.ts'

/** A line's items, as far as they are known. */
type CountedLine = Pick<AccuracyLine | PerplexityLine, 'itemCount' | 'splitCount'>

/** The verdict on the number; none if the card has no such number. Runs of a part do not decide how many items a whole split has. */
export function itemCells(items: ItemCount | null, { itemCount, splitCount }: CountedLine, comparison: Comparison): ReproducedCell[] {
  if (!items) return []
  if (itemCount === null) return [missing(items, 'the runs do not say how many items they have')]
  const limits = limitsOf(comparison)
  const isEqual =
    items.count === itemCount && (items.of === null || splitCount === null || items.of === splitCount) && (items.limit === null || limits.includes(items.limit))
  const isPart = splitCount === null ? limits.length > 0 : itemCount < splitCount
  const measured = `${count(itemCount)}${isPart && splitCount !== null ? ` of ${count(splitCount)}` : ''}${isPart && limits.length > 0 ? ` (limit ${limits.join(', ')})` : ''}`
  if (!isEqual && isPart && items.of === null && items.limit === null) return [missing(items, `the runs have ${measured}`)]
  return [{ ...placeOf(items), verdict: isEqual ? 'equal' : 'different', measured }]
}

/** Whether a row is of as many items as were measured, as far as the card says. */
export function areSameItems(items: ItemCount | null, { itemCount }: CountedLine): boolean {
  return !items || items.count === itemCount
}

/** The limits that the runs were given, each once. */
export function limitsOf({ original, variants }: Comparison): number[] {
  return [...new Set([original, ...variants].flatMap(({ limits }) => limits.filter((limit) => typeof limit === 'number')))]
}
