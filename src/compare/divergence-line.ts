/** Lines of divergences: how far a variant's next-token distributions are from the original's, as its run stored them item by item. */
import { divergenceFigures, sameTopCount, type Cluster } from '../metrics/divergence/figures.ts'
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

/** Of the mean over positions. */
function klInterval(items: readonly ItemDivergence[]): Interval | null {
  return studentInterval(items.map(({ kl }) => ({ sum: kl.reduce((sum, value) => sum + value, 0), count: kl.length })))
}

/** Items are about as large as one another if the largest has at most this many times the mean number of positions. */
const MOST_UNEVEN = 2

/**
 * Of the share of positions. By betting on items if they are about as large as one another, and if all or no positions agree, where Student's t would see no
 * spread; few large items among small ones would make that very wide, so then as the mean.
 */
function sameTopInterval(items: readonly ItemDivergence[]): Interval | null {
  // One text says nothing about others.
  if (items.length < 2) return null
  const same = items.map((item) => ({ sum: sameTopCount(item), count: item.kl.length }))
  const differing = same.map(({ sum, count }) => ({ sum: count - sum, count }))
  const [most, total] = [Math.max(...same.map(({ count }) => count)), same.reduce((sum, { count }) => sum + count, 0)]
  const isOneSided = [same, differing].some((clusters) => clusters.every(({ sum }) => sum === 0))
  const isEven = most * same.length <= MOST_UNEVEN * total
  const interval = isOneSided || isEven ? null : studentInterval(same)
  // Both bounds are lower ones, because a share is at most 1, which a ratio need not be.
  return interval ? [interval[0], Math.min(1, interval[1])] : [lowerShare(same, most), 1 - lowerShare(differing, most)]
}

function lowerShare(clusters: readonly Cluster[], most: number): number {
  return ratioInterval(clusters.map(({ sum, count }) => ({ original: count / most, variant: sum / most, count: 1 })))![0]
}

/** Of the mean over all values of the clusters, as of a change in perplexity: clusters are independent, and below ten there is no interval. */
function studentInterval(clusters: readonly Cluster[]): Interval | null {
  const { interval } = natsChange(
    clusters.map(({ sum, count }) => [
      { logProb: sum, weight: count },
      { logProb: 0, weight: count },
    ]),
  )
  return interval && [Math.max(0, interval[0]), interval[1]]
}
