/** What a layer scan leaves out, one at a time: single layers, or groups of adjacent ones. */
import { UsageError } from '../../errors.ts'
import { spanText } from '../layer-sum.ts'

/** Adjacent layers, from 0; both included. */
export interface ScanUnit {
  readonly first: number
  readonly last: number
}

/** Which layers, and how many at once. */
export interface UnitOptions {
  /** Layers that may be left out; all when absent. */
  readonly layers?: ReadonlySet<number> | undefined
  /** Adjacent layers of a unit; the last unit of a run of layers may have fewer. */
  readonly group: number
}

/** The units of a model in the order of its layers. Fails with UsageError on layers that it does not have, and if a unit would be the whole model. */
export function scanUnits(layerCount: number, { layers, group }: UnitOptions): ScanUnit[] {
  if (layerCount === 1) throw new UsageError('the model has one layer, which cannot be left out', 'Scan a model with several layers.')
  if (group >= layerCount)
    throw new UsageError(
      `--group ${group} would leave out all ${layerCount} layers at once`,
      `Give --group ${Math.max(1, Math.floor(layerCount / 2))} or less.`,
    )
  const beyond = [...(layers ?? [])].find((layer) => layer >= layerCount)
  if (beyond !== undefined) throw new UsageError(`--layers names layer ${beyond}, the model has layers 0 to ${layerCount - 1}`, 'Layers count from 0.')
  const units: { first: number; last: number }[] = []
  for (let layer = 0; layer < layerCount; layer++) {
    if (layers && !layers.has(layer)) continue
    const open = units.at(-1)
    if (open && open.last === layer - 1 && layer - open.first < group) open.last = layer
    else units.push({ first: layer, last: layer })
  }
  return units
}

/** The layers of units. */
export function layersOf(units: readonly ScanUnit[]): number[] {
  return units.flatMap((unit) => Array.from({ length: unitSize(unit) }, (_, index) => unit.first + index))
}

/** How many layers a unit has. */
export function unitSize({ first, last }: ScanUnit): number {
  return last - first + 1
}

/** `7`, or `6–8`. */
export function unitText({ first, last }: ScanUnit): string {
  return spanText(first, last)
}
