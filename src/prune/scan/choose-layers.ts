/** Which layers to drop: those that a model misses least, by Block Influence or by damage. Pure. */
import { UsageError } from '../../errors.ts'
import { layersOf, unitSize, unitText, type ScanUnit } from './scan-units.ts'

export const CRITERIA = ['damage', 'influence'] as const
/** `damage`: the mean loss over tasks. `influence`: Block Influence, which needs no scores. */
export type Criterion = (typeof CRITERIA)[number]

/** A unit and what decides whether it goes: the lowest first. */
export interface RankedUnit extends ScanUnit {
  readonly value: number
}

/** How many layers there are, and how many of them stay. */
interface Goal {
  readonly layerCount: number
  readonly keep: number
}

/** What is known before values are: fails with UsageError if `keep` drops nothing, or no choice of whole units leaves exactly `keep`. */
export function checkKeep(units: readonly ScanUnit[], { layerCount, keep }: Goal): void {
  refuseToDropNothing({ layerCount, keep })
  const reached = reachedCounts(units, layerCount)
  if (reached.includes(keep)) return
  const [nearest] = reached.toSorted((a, b) => Math.abs(a - keep) - Math.abs(b - keep) || b - a)
  throw new UsageError(
    `--keep ${keep} is not reached: no choice of ${units.map(unitText).join(', ')} leaves ${keep} of ${layerCount} layers`,
    `Give --keep ${nearest}, or fewer layers at a time with --group.`,
  )
}

/** How many layers some choice of whole units leaves: not all, and at least one. */
function reachedCounts(units: readonly ScanUnit[], layerCount: number): number[] {
  const isReached = Array.from({ length: layerCount + 1 }, (_, left) => left === layerCount)
  for (const unit of units) {
    const size = unitSize(unit)
    // Upwards, so that no unit goes twice.
    for (let left = size; left <= layerCount; left++) isReached[left - size] ||= isReached[left]!
  }
  return Array.from(isReached.keys()).filter((left) => left > 0 && left < layerCount && isReached[left])
}

/**
 * The layers that go, ascending, if `keep` of `layerCount` stay: whole units, the lowest value first, of equal values the later one. Fails with UsageError if
 * that does not leave exactly `keep`.
 */
export function chooseLayers(units: readonly RankedUnit[], { layerCount, keep }: Goal): number[] {
  refuseToDropNothing({ layerCount, keep })
  const dropped: RankedUnit[] = []
  let left = layerCount
  for (const unit of units.toSorted((a, b) => a.value - b.value || b.first - a.first)) {
    const size = unitSize(unit)
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

function refuseToDropNothing({ layerCount, keep }: Goal): void {
  if (keep >= layerCount) throw new UsageError(`--keep ${keep} drops nothing: the model has ${layerCount} layers`, `Give --keep ${layerCount - 1} or less.`)
}
