/** The outcome of a layer-collapse search against its settings. */
import { collapseLayers } from '../../../prune/laco.ts'
import type { CardFigures } from '../../read/card-figures.ts'
import type { Printed } from '../../read/printed-cell.ts'
import type { CardContext } from '../card-context.ts'
import { attribute, checked, PERCENT, type CheckedCell } from '../checked-cell.ts'

/** Settings and outcome, as the card prints them. */
interface PrintedSearch {
  readonly groupSize: Printed
  readonly lowest: Printed
  readonly highest: Printed
  readonly interval: Printed
  readonly maxCompression: Printed
  readonly merges: Printed
  /** Undefined if the card does not say. */
  readonly rejected: Printed | undefined
  readonly iterations: Printed
  readonly original: Printed
  readonly pruned: Printed
}

/** Settings and counts, if the card has all of them. Without a rejected merge the settings decide the counts. */
export async function searchCells({ figures }: CardContext): Promise<CheckedCell[]> {
  const search = printedSearch(figures)
  if (!search) return []
  const { rejected } = search
  return isPossible(search) && rejected?.value === 0 ? repeatedSearchCells(search, rejected) : countCells(search)
}

function printedSearch(figures: CardFigures): PrintedSearch | null {
  const one = (name: string) => attribute(figures, name)[0]
  const [groupSize, lowest, highest] = [one('merge_layers (c)'), one('lowest_lay (l)'), one('highest_lay (h)')]
  const [interval, maxCompression] = [one('interval (i)'), one('max_compression')]
  const [merges, rejected, iterations] = [one('successful merges'), one('rejected merges'), one('total iterations')]
  const [original, pruned] = [one('original layers'), one('pruned layers')]
  if (!groupSize || !lowest || !highest || !interval || !maxCompression || !merges || !iterations || !original || !pruned) return null
  return { groupSize, lowest, highest, interval, maxCompression, merges, rejected, iterations, original, pruned }
}

/** More than any model has. A card may name any number, and the search takes a step for each layer. */
const MOST_LAYERS = 10_000

function isPossible({ groupSize, lowest, highest, interval, original }: PrintedSearch): boolean {
  const areCounts = [groupSize, lowest, highest, interval, original].every(({ value }) => Number.isInteger(value) && value <= MOST_LAYERS)
  return areCounts && highest.value <= original.value && highest.value - groupSize.value >= lowest.value && interval.value >= 1 && groupSize.value >= 2
}

/** Runs the search with every merge accepted, which takes no model. */
async function repeatedSearchCells(search: PrintedSearch, rejected: Printed): Promise<CheckedCell[]> {
  const { groupSize, lowest, highest, interval, maxCompression, merges, iterations, original, pruned } = search
  const settings = {
    mergeLayers: groupSize.value,
    lowestLayer: lowest.value,
    highestLayer: highest.value,
    interval: interval.value,
    threshold: 0,
    maxCompression: maxCompression.value / PERCENT,
  }
  const found = await collapseLayers(settings, original.value, async () => [1])
  const agrees = found.acceptedCount === merges.value && found.iterations.length === iterations.value && found.layers.length === pruned.value
  const expected = `${found.acceptedCount} merges, ${found.iterations.length} iterations, ${found.layers.length} layers`
  return [merges, rejected, iterations, groupSize, lowest, highest, interval, maxCompression].map((cell) =>
    checked(cell, 'the search with these settings', agrees, expected),
  )
}

/** With rejected merges the settings do not decide the counts, which still have to agree with each other. */
function countCells(search: PrintedSearch): CheckedCell[] {
  const { merges, rejected, iterations, groupSize, original, pruned } = search
  const least = merges.value + (rejected?.value ?? 0)
  const removed = original.value - pruned.value
  const possible = isPossible(search)
  return [
    checked(
      iterations,
      'merges + rejected, or one more',
      possible && (iterations.value === least || iterations.value === least + 1),
      `${least} or ${least + 1}`,
    ),
    checked(merges, 'layers removed ÷ (C − 1)', possible && canRemove(search, removed), String(removed / (groupSize.value - 1))),
  ]
}

/** A merge removes C − 1 layers, and fewer if the pointer moves down by less than that: some of the layers were merged before. */
function canRemove({ merges, groupSize, interval }: PrintedSearch, removed: number): boolean {
  const most = merges.value * (groupSize.value - 1)
  return interval.value >= groupSize.value - 1 ? removed === most : removed >= merges.value && removed <= most
}
