/** A cell of a card with what was measured now: what every comparison with runs comes back with. */
import type { Interval } from '../../compare/comparison.ts'
import type { Cell, Printed, PrintedInterval } from '../read/printed-cell.ts'
import { placeOf, roundsTo } from './checked-cell.ts'

/** `equal`: to the printed digit. `within`: inside the 95 % interval of what was measured, or an interval whose bounds are hardly others. */
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

/** What a figure was measured as. */
export interface Measured {
  readonly value: number
  readonly interval: Interval
  readonly unit: string
}

/** A figure beside what was measured. `printedInterval` is the card's, which is of the same measurement if the figure is equal to the printed digit. */
export function judged(figure: Printed, { value, interval, unit }: Measured, printedInterval: PrintedInterval | null = null): ReproducedCell {
  const [low, high] = interval
  const hasInterval = Number.isFinite(low)
  const bounds = hasInterval && printedInterval ? intervalVerdict(printedInterval, interval) : 'equal'
  const isWithin = figure.value >= low - figure.slack && figure.value <= high + figure.slack
  const verdict = roundsTo(figure, value) ? bounds : isWithin ? 'within' : 'different'
  const digits = Math.max(2, figure.digits, ...(bounds === 'equal' || !printedInterval ? [] : [printedInterval.low.digits, printedInterval.high.digits]))
  const shown = `${value.toFixed(digits)}${unit}`
  const text = hasInterval ? `${shown} [${low.toFixed(digits)}, ${high.toFixed(digits)}]` : shown
  return { ...placeOf(figure), verdict, measured: text }
}

/** On another machine an item or two flip, which moves a bound by less than this share of the interval's width. */
const BOUND_SHARE = 0.05

function intervalVerdict(printed: PrintedInterval, [low, high]: Interval): 'equal' | 'within' | 'different' {
  const areWithin = (reach: number) => isBound(printed.low, low, reach) && isBound(printed.high, high, reach)
  return areWithin(0) ? 'equal' : areWithin(BOUND_SHARE * (high - low)) ? 'within' : 'different'
}

/** Bounds from 1000 are printed as `> 999`, which is read as infinite. */
function isBound(printed: Printed, exact: number, reach: number): boolean {
  return printed.value === Infinity ? exact >= 1000 : roundsTo({ ...printed, slack: printed.slack + reach }, exact)
}
