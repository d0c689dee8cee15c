/** Which layers to drop: those that a model misses least, by Block Influence or by damage. Pure. */
import { UsageError } from '../../errors.ts'
import { layersOf, unitText, type ScanUnit } from './scan-units.ts'

export const CRITERIA = ['damage', 'influence'] as const
/** `damage`: the mean loss over tasks. `influence`: Block Influence, which needs no scores. */
export type Criterion = (typeof CRITERIA)[number]

/** A unit and what decides whether it goes: the lowest first. */
export interface RankedUnit extends ScanUnit {
  readonly value: number
}

/**
 * The layers that go, ascending, if `keep` of `layerCount` stay: whole units, the lowest value first, of equal values the later one. Fails with UsageError if
 * that does not leave exactly `keep`.
 */
export function chooseLayers(units: readonly RankedUnit[], { layerCount, keep }: { readonly layerCount: number; readonly keep: number }): number[] {
  if (keep >= layerCount) throw new UsageError(`--keep ${keep} drops nothing: the model has ${layerCount} layers`, `Give --keep ${layerCount - 1} or less.`)
  const dropped: RankedUnit[] = []
  let left = layerCount
  for (const unit of units.toSorted((a, b) => a.value - b.value || b.first - a.first)) {
    const size = unit.last - unit.first + 1
    if (left - size < keep) continue
    dropped.push(unit)
    left -= size
    if (left === keep) return layersOf(dropped).sort((a, b) => a - b)
  }
  throw new UsageError(
    `--keep ${keep} is not reached: dropping ${units.map(unitText).join(', ')} whole, the lowest first, leaves ${left} of ${layerCount} layers`,
    `Give --keep ${left}, or a scan of more layers, one at a time.`,
  )
}
