/** A cell and what became of it: the common ground of all checks. */
import { printed, type CardFigures, type Cell, type Printed } from '../read/card-figures.ts'

/** `equal`: what the other figures give. `different`: not that. `cited`: nothing here to hold it against. */
export type CellVerdict = 'equal' | 'different' | 'cited'

/** One check of one cell; a cell may have several. */
export interface CheckedCell extends Cell {
  readonly check: string
  readonly verdict: CellVerdict
  /** What it should say, or why it cannot be told. */
  readonly expected: string
}

/** A cell that is what it should be, or not. */
export function checked(cell: Cell, check: string, isEqual: boolean, expected: string): CheckedCell {
  const { table, row, column, line, text } = cell
  return { table, row, column, line, text, check, verdict: isEqual ? 'equal' : 'different', expected }
}

/** Numbers of the attributes of these names, in the order of the card. */
export function attribute({ attributes }: CardFigures, ...names: readonly string[]): readonly Printed[] {
  return names.flatMap((name) => attributes.get(name) ?? []).flatMap((cell) => printed(cell) ?? [])
}

/** Shares are printed in percent. */
export const PERCENT = 100
