/** Cells of a card's tables, and the numbers that are printed in them. */
import type { CardRow, CardTable } from './read-card.ts'

/** A cell of a table. */
export interface Cell {
  /** Table by its subject, row and column as the card calls them. */
  readonly table: string
  readonly row: string
  readonly column: string
  readonly line: number
  readonly text: string
}

/** A number as it is printed. */
export interface Printed extends Cell {
  readonly value: number
  /** Half of the last printed digit: how far the number may be from what was rounded. */
  readonly slack: number
  /** Digits after the point. */
  readonly digits: number
}

/** How many items a score is of. */
export interface ItemCount extends Cell {
  readonly count: number
  /** Of the split, if the card says so. */
  readonly of: number | null
  /** The lowest limit that the card gives as the reason; null for none. */
  readonly limit: number | null
}

/** An interval as it is printed. */
export interface PrintedInterval {
  readonly low: Printed
  readonly high: Printed
}

/** A cell of a table; `name` is the table's subject. */
export function cellOf(name: string, table: CardTable, row: CardRow, column: number): Cell {
  return { table: name, row: row.cells[0] ?? '', column: table.head[column] ?? '', line: row.line, text: row.cells[column] ?? '' }
}

/** The first number of a cell; null if there is none. */
export function printed(cell: Cell): Printed | null {
  const [first] = NUMBER.exec(cell.text) ?? []
  return first === undefined ? null : numberOf(cell, first)
}

const NUMBER = /[−-]?\d[\d,]*(?:\.\d+)?(?:e[+-]?\d+)?/iu

function numberOf(cell: Cell, found: string): Printed {
  const text = found.replaceAll(',', '').replace('−', '-')
  const [mantissa, exponent = '0'] = text.toLowerCase().split('e')
  const digits = mantissa!.split('.')[1]?.length ?? 0
  return { ...cell, value: Number(text), slack: 0.5 * 10 ** (Number(exponent) - digits), digits }
}

/** `[93.0, 98.5]`; null if there is none. */
export function printedInterval(cell: Cell): PrintedInterval | null {
  const [, low, high] = /\[([−-]?\d[\d.]*(?:e[+-]?\d+)?|> 999), ([−-]?\d[\d.]*(?:e[+-]?\d+)?|> 999)\]/u.exec(cell.text) ?? []
  // Bounds beyond that are not printed.
  const bound = (text: string) => (text === '> 999' ? { ...numberOf(cell, '1000'), slack: 0, value: Infinity } : numberOf(cell, text))
  return low === undefined || high === undefined ? null : { low: bound(low), high: bound(high) }
}

/** `5 of 1,838 (limit 5)`. */
export function itemCountOf(cell: Cell): ItemCount | null {
  const [, count, of] = /^(\d[\d,]*)(?: of (\d[\d,]*))?/u.exec(cell.text) ?? []
  const number = (digits: string) => Number(digits.replaceAll(',', ''))
  const limits = [...cell.text.matchAll(/\blimit (\d[\d.]*(?:e-\d+)?)/gu)].map(([, limit]) => Number(limit))
  if (count === undefined) return null
  return { ...cell, count: number(count), of: of === undefined ? null : number(of), limit: limits.length > 0 ? Math.min(...limits) : null }
}
