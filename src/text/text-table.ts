/** Tables of text for terminals and Markdown: the same cells, drawn in two ways. */
import Table from 'cli-table3'
import { wrapped } from './wrapped.ts'

/** Text in rows and columns. */
export interface TextTable {
  /** Heads of the columns; a number's column is aligned to the right. */
  readonly columns: readonly TextColumn[]
  readonly rows: readonly (readonly string[])[]
}

/** A column's head, and the side on which its cells are aligned. */
export interface TextColumn {
  readonly head: string
  readonly align: 'left' | 'right'
}

/** Columns of text. */
export function textColumns(...heads: readonly string[]): TextColumn[] {
  return heads.map((head) => ({ head, align: 'left' }))
}

/** Columns of numbers. */
export function numberColumns(...heads: readonly string[]): TextColumn[] {
  return heads.map((head) => ({ head, align: 'right' }))
}

/** The table in a frame, for a terminal; empty if it has no rows. A cell may have several lines. */
export function framedTable({ columns, rows }: TextTable): string {
  if (rows.length === 0) return ''
  const table = new Table({
    head: columns.map(({ head }) => head),
    colAligns: columns.map(({ align }) => align),
    style: { head: [], border: [], compact: true },
  })
  for (const row of rows) table.push([...row])
  return table.toString()
}

/** A column that is wrapped is not narrower. */
const LEAST_WRAPPED = 12

/** The table in a frame of at most `columns` characters, if wrapping the cells of the columns with these heads makes it fit; the widest is narrowed first. */
export function wrappedTable({ columns: heads, rows }: TextTable, wrappable: readonly string[], columns: number): string {
  const widths = heads.map(({ head }, column) => Math.max(head.length, ...rows.map((row) => row[column]!.length)))
  const mayWrap = heads.map(({ head }) => wrappable.includes(head))
  let excess = widths.reduce((sum, width) => sum + width + 3, 1) - columns
  while (excess > 0) {
    const widest = Math.max(...widths.filter((_, column) => mayWrap[column]))
    if (widest <= LEAST_WRAPPED) break
    widths[widths.findIndex((width, column) => mayWrap[column] && width === widest)]!--
    excess--
  }
  const wrapCell = (cell: string, column: number) => (mayWrap[column] ? wrapped(cell, widths[column]!).join('\n') : cell)
  return framedTable({ columns: heads, rows: rows.map((row) => row.map(wrapCell)) })
}

/** The same with a cell left out if it repeats the one above, in the first `count` columns: the rows of one thing read as a group. */
export function withoutRepetition({ columns, rows }: TextTable, count: number): TextTable {
  const repeats = (row: readonly string[], index: number) => index > 0 && row.slice(0, count).every((cell, column) => cell === rows[index - 1]![column])
  return { columns, rows: rows.map((row, index) => (repeats(row, index) ? row.map((cell, column) => (column < count ? '' : cell)) : row)) }
}
