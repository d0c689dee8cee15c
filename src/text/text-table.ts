/** Tables of text for terminals and Markdown: the same cells, drawn in two ways. */
import Table from 'cli-table3'

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

/** The same with a cell left out if it repeats the one above, in the first `count` columns: the rows of one thing read as a group. */
export function withoutRepetition({ columns, rows }: TextTable, count: number): TextTable {
  const repeats = (row: readonly string[], index: number) => index > 0 && row.slice(0, count).every((cell, column) => cell === rows[index - 1]![column])
  return { columns, rows: rows.map((row, index) => (repeats(row, index) ? row.map((cell, column) => (column < count ? '' : cell)) : row)) }
}
