/** Rows of a card's tables of perplexities and of bits per byte. */
import { BITS_PER_BYTE } from '../../metrics/registry.ts'
import { textTaskOf } from './benchmark-name.ts'
import { cellOf, itemCountOf, printed, printedInterval, type ItemCount, type Printed, type PrintedInterval } from './printed-cell.ts'
import type { CardTable } from './read-card.ts'

/** One perplexity of the card, or bits per byte. */
export interface PerplexityRow {
  /** As the card calls it: original and model. */
  readonly model: string
  /** Text and unit, such as WikiText and `word_perplexity`; null if the card does not say. */
  readonly measure: { readonly task: string; readonly metric: string } | null
  /** The cell that says how many items it is of; empty if there is none. */
  readonly items: string
  /** The number in it; null if there is none. */
  readonly itemCount: ItemCount | null
  /** The first row of a measure is the original's. */
  readonly side: 'original' | 'variant'
  readonly perplexity: Printed
  readonly ratio: Printed | null
  /** Null if the card has none. */
  readonly ratioInterval: PrintedInterval | null
}

const HEADINGS = { perplexity: /^perplexity$/iu, 'bits per byte': /^bits per byte$/iu } as const

/** The table's rows that have a figure. */
export function perplexityRows(table: CardTable, unit: 'perplexity' | 'bits per byte'): PerplexityRow[] {
  const column = (pattern: RegExp) => table.head.findIndex((cell) => pattern.test(cell))
  const [value, ratio, measured, items] = [column(HEADINGS[unit]), column(/ratio/iu), column(/^(?:measure|text)$/iu), column(/^items$/iu)]
  const isBits = unit === 'bits per byte'
  const seen = new Set<string>()
  return table.rows.flatMap((row): PerplexityRow[] => {
    const perplexity = printed(cellOf(unit, table, row, value))
    if (!perplexity) return []
    const name = measured < 0 ? '' : (row.cells[measured] ?? '')
    const key = `${name}\n${items < 0 ? '' : row.cells[items]}`
    const side = seen.has(key) ? 'variant' : 'original'
    seen.add(key)
    const ratioCell = ratio < 0 ? null : cellOf(unit, table, row, ratio)
    return [
      {
        model: row.cells[0] ?? '',
        measure: isBits && name !== '' ? { task: textTaskOf(name), metric: BITS_PER_BYTE } : measureOf(name),
        items: items < 0 ? '' : (row.cells[items] ?? ''),
        itemCount: items < 0 ? null : itemCountOf(cellOf(unit, table, row, items)),
        side,
        perplexity,
        ratio: ratioCell && printed(ratioCell),
        ratioInterval: ratioCell && printedInterval(ratioCell),
      },
    ]
  })
}

/** `WikiText, word perplexity`. */
function measureOf(name: string): PerplexityRow['measure'] {
  // The last comma that something follows.
  const comma = name.lastIndexOf(',', name.length - 2)
  if (comma < 1) return null
  const [text, unit] = [name.slice(0, comma), name.slice(comma + 1).trimStart()]
  return { task: textTaskOf(text), metric: unit.toLowerCase().replaceAll(/\s+/gu, '_') }
}

/** Whether two perplexities are of the same text in the same unit, as far as the card says. */
export function isSameMeasure(a: PerplexityRow, b: PerplexityRow): boolean {
  return a.measure?.task === b.measure?.task && a.measure?.metric === b.measure?.metric && a.items === b.items
}
