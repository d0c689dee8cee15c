/** A cell of a card with what was measured now: what every comparison with runs comes back with. */
import type { Interval } from '../../compare/comparison.ts'
import type { Cell, Printed } from '../read/printed-cell.ts'
import { placeOf, roundsTo } from './checked-cell.ts'

/** `equal`: to the printed digit. `within`: inside the 95 % interval of what was measured. */
export type ReproductionVerdict = 'equal' | 'within' | 'different' | 'not reproducible'

/** One cell, measured again. */
export interface ReproducedCell extends Cell {
  readonly verdict: ReproductionVerdict
  /** What was measured, or why it could not be. */
  readonly measured: string
}

/** The interval of a figure that has none. */
export const UNKNOWN: Interval = [NaN, NaN]

/** A cell that the runs cannot decide. */
export function missing(cell: Cell, why: string): ReproducedCell {
  return { ...placeOf(cell), verdict: 'not reproducible', measured: why }
}

/** A figure beside what was measured, with the interval of that. */
export function judged(figure: Printed, value: number, [low, high]: Interval, unit: string): ReproducedCell {
  const isWithin = figure.value >= low - figure.slack && figure.value <= high + figure.slack
  const digits = Math.max(2, figure.digits)
  const shown = `${value.toFixed(digits)}${unit}`
  const text = Number.isFinite(low) ? `${shown} [${low.toFixed(digits)}, ${high.toFixed(digits)}]` : shown
  return { ...placeOf(figure), verdict: roundsTo(figure, value) ? 'equal' : isWithin ? 'within' : 'different', measured: text }
}
