/** Tables for terminals of any width. */

/** The table, or where it is wider than `columns` the paragraphs that say the same. */
export function fittingTable(table: string, paragraphs: string, columns: number): string {
  return table.split('\n', 1)[0]!.length <= columns ? table : paragraphs
}
