/** What the tables of a compressed model's card say, as numbers with their places. */
import { benchmarkRows, type BenchmarkRow } from './benchmark-rows.ts'
import { isBenchmarkTable, isBitsTable, isDivergenceTable, isPerplexityTable, isUseCaseTable, onlyTable } from './card-tables.ts'
import { divergenceRows, type DivergenceRow } from './divergence-rows.ts'
import { perplexityRows, type PerplexityRow } from './perplexity-rows.ts'
import { cellOf, type Cell } from './printed-cell.ts'
import type { Card, CardTable } from './read-card.ts'

/** All that is read of a card. */
export interface CardFigures {
  readonly benchmarks: readonly BenchmarkRow[]
  readonly perplexities: readonly PerplexityRow[]
  readonly divergences: readonly DivergenceRow[]
  /** Uses and what the card says of each. */
  readonly useCases: readonly Cell[]
  /** Attributes by their names in small letters, of all tables of attributes. */
  readonly attributes: ReadonlyMap<string, readonly Cell[]>
}

/** Reads the figures. Fails with CardError if two tables say the same. */
export function cardFigures(card: Card): CardFigures {
  const benchmarks = onlyTable(card, 'benchmarks', isBenchmarkTable)
  const perplexities = onlyTable(card, 'perplexities', isPerplexityTable)
  const bits = onlyTable(card, 'bits per byte', isBitsTable)
  const divergences = onlyTable(card, 'divergences', isDivergenceTable)
  const useCases = onlyTable(card, 'use cases', isUseCaseTable)
  return {
    benchmarks: benchmarks ? benchmarkRows(benchmarks) : [],
    perplexities: [...(perplexities ? perplexityRows(perplexities, 'perplexity') : []), ...(bits ? perplexityRows(bits, 'bits per byte') : [])],
    divergences: divergences ? divergenceRows(divergences) : [],
    useCases: useCases ? useCaseCells(useCases) : [],
    attributes: attributesOf(card),
  }
}

/** In the column Status, the second if none is called so. */
function useCaseCells(table: CardTable): Cell[] {
  const status = table.head.findIndex((cell) => /^status$/iu.test(cell))
  return table.rows.map((row) => cellOf('use cases', table, row, Math.max(1, status)))
}

/** Tables of two or three columns whose first is a name. */
function attributesOf({ tables }: Card): ReadonlyMap<string, readonly Cell[]> {
  const attributes = new Map<string, Cell[]>()
  for (const table of tables) {
    if (!/^(?:attribute|parameter|metric)$/iu.test(table.head[0] ?? '') || !/^value$/iu.test(table.head[1] ?? '')) continue
    for (const row of table.rows) {
      const cell = cellOf(table.heading, table, row, 1)
      const key = cell.row.toLowerCase()
      const known = attributes.get(key)
      if (known) known.push(cell)
      else attributes.set(key, [cell])
    }
  }
  return attributes
}
