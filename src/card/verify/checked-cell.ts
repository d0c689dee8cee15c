/** A cell of a card with the verdict of one check: what all checks come back with. */
import type { CardFigures } from '../read/card-figures.ts'
import { printed, type Cell, type Printed, type PrintedInterval } from '../read/printed-cell.ts'

/** `equal`: what the other figures give. `different`: something else. `cited`: nothing in the card decides it. */
export type CellVerdict = 'equal' | 'different' | 'cited'

/** One check of one cell; a cell may have several. */
export interface CheckedCell extends Cell {
  readonly check: string
  readonly verdict: CellVerdict
  /** What it should say, or why nothing decides it. */
  readonly expected: string
}

/** A cell that says what it should, or does not. */
export function checked(cell: Cell, check: string, isEqual: boolean, expected: string): CheckedCell {
  return { ...placeOf(cell), check, verdict: isEqual ? 'equal' : 'different', expected }
}

/** A cell that nothing in the card decides. */
export function undecided(cell: Cell, check: string, reason: string): CheckedCell {
  return { ...placeOf(cell), check, verdict: 'cited', expected: reason }
}

/** The cell without what was read of it. */
export function placeOf({ table, row, column, line, text }: Cell): Cell {
  return { table, row, column, line, text }
}

/** Numbers of the attributes of these names, in the order of the names, then of the card. */
export function attribute({ attributes }: CardFigures, ...names: readonly string[]): readonly Printed[] {
  return names.flatMap((name) => attributes.get(name) ?? []).flatMap((cell) => printed(cell) ?? [])
}

/** Shares are printed in percent. */
export const PERCENT = 100

/** What floating-point arithmetic may add to a rounding error. */
export const ROUNDING = 1e-9

/** Whether a printed number is what this value rounds to. */
export function roundsTo({ value, slack }: Printed, exact: number): boolean {
  return Math.abs(exact - value) <= slack + ROUNDING
}

/** Whether a printed number can be at most another one. */
export function isAtMost(a: Printed, b: Printed): boolean {
  return a.value - a.slack <= b.value + b.slack + ROUNDING
}

/** Whether a printed number can be inside its interval. */
export function isInside(figure: Printed, { low, high }: PrintedInterval): boolean {
  return isAtMost(low, figure) && isAtMost(figure, high)
}

/** Whether a printed number can be the quotient of two printed ones, whatever was rounded away. */
export function canBeQuotient(found: Printed, over: Printed, under: Printed, scale: number): boolean {
  const least = ((over.value - over.slack) / (under.value + under.slack)) * scale
  const smallest = under.value - under.slack
  const most = smallest > 0 ? ((over.value + over.slack) / smallest) * scale : Infinity
  return found.value + found.slack >= least - ROUNDING && found.value - found.slack <= most + ROUNDING
}
