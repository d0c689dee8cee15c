/** Lines of divergences: how far a variant's next-token distributions are from the original's, as its run stored them item by item. */
import { divergenceFigures, sameTopCount } from '../metrics/divergence/figures.ts'
import type { ItemDivergence } from '../metrics/divergence/item-divergence.ts'
import type { StoredItem, StoredRun } from '../store/stored-run.ts'
import { ratioInterval } from './betting-bounds.ts'
import type { DivergenceCell, DivergenceLine, Interval } from './comparison.ts'
import type { PairedEntry } from './pair-entries.ts'
import { natsChange } from './text-interval.ts'

/**
 * A line for each task that some variant has divergences of, and one over all of them if there are several. `variants` are each variant's entries, in
 * the order of `names`; null for one that it lacks.
 */
export function divergenceLines(names: readonly string[], original: StoredRun, variants: readonly (readonly (PairedEntry | null)[])[]): DivergenceLine[] {
  const itemsOf = variants.map((paired) => names.map((_, entry) => comparedItems(paired[entry] ?? null, original)))
  const lines = names.flatMap((task, entry): DivergenceLine[] => {
    const cells = itemsOf.map((entries) => cellOf(entries[entry]!))
    return cells.every((cell) => cell === null) ? [] : [{ task, cells }]
  })
  if (lines.length < 2) return lines
  // A subset is an entry beside its group.
  return [...lines, { task: null, cells: itemsOf.map((entries) => cellOf([...new Set(entries.flat())])) }]
}

/** The items of an entry of a variant; none unless all of them were compared with this original. */
function comparedItems(entry: PairedEntry | null, { model }: StoredRun): StoredItem[] {
  const isOfOriginal = entry?.variant.strata.every(
    ({ divergenceFrom }) => divergenceFrom?.weightsHash != null && divergenceFrom.weightsHash === model.weightsHash,
  )
  const items = isOfOriginal ? (entry?.pairs?.map(([, variant]) => variant) ?? []) : []
  return items.every(({ divergence }) => divergence) ? items : []
}

function cellOf(items: readonly StoredItem[]): DivergenceCell | null {
  const divergences = items.flatMap(({ divergence }) => divergence ?? []).filter(({ kl }) => kl.length > 0)
  const figures = divergenceFigures(divergences)
  return figures && { ...figures, klInterval: klInterval(divergences), sameTopInterval: sameTopInterval(divergences) }
}

/** Of the mean over positions, from items, which are independent; as of a change in perplexity. */
function klInterval(items: readonly ItemDivergence[]): Interval | null {
  const { interval } = natsChange(
    items.map(({ kl }) => [
      { logProb: kl.reduce((sum, value) => sum + value, 0), weight: kl.length },
      { logProb: 0, weight: kl.length },
    ]),
  )
  return interval && [Math.max(0, interval[0]), interval[1]]
}

/** Of the share of positions, by betting on items: a ratio of two means of values from 0 to 1. */
function sameTopInterval(items: readonly ItemDivergence[]): Interval | null {
  const most = Math.max(...items.map(({ kl }) => kl.length))
  const interval = ratioInterval(items.map((item) => ({ original: item.kl.length / most, variant: sameTopCount(item) / most, count: 1 })))
  return interval && [interval[0], Math.min(1, interval[1])]
}
