/** Tables for terminals of any width. */

/** The first of several layouts of the same content that is no wider than `columns`; the last one if none is. */
export function fittingTable(layouts: readonly [string, ...string[]], columns: number): string {
  return layouts.find((layout) => widthOf(layout) <= columns) ?? layouts.at(-1)!
}

/** A table is as wide as its first line, which is its frame. */
function widthOf(table: string): number {
  return table.split('\n', 1)[0]!.length
}

/** No name or figure is longer; a card's cell may be, and a column is as wide as its widest. */
const MOST_CHARACTERS = 160

/** Untrusted text as a cell: on one line, and shortened. */
export function cellText(text: string): string {
  const line = text.replaceAll(/\s/gu, ' ')
  return line.length <= MOST_CHARACTERS ? line : `${line.slice(0, MOST_CHARACTERS)}…`
}
