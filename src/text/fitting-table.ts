/** Tables for terminals of any width. */

/** The table; if it is wider than `columns`, the paragraphs that say the same. */
export function fittingTable(table: string, paragraphs: string, columns: number): string {
  return table.split('\n', 1)[0]!.length <= columns ? table : paragraphs
}

/** No name or figure is longer; a card's cell may be, and a column is as wide as its widest. */
const MOST_CHARACTERS = 160

/** Untrusted text as a cell: on one line, and shortened. */
export function cellText(text: string): string {
  const line = text.replaceAll(/\s/gu, ' ')
  return line.length <= MOST_CHARACTERS ? line : `${line.slice(0, MOST_CHARACTERS)}…`
}
