/** What the tables of a pruned model's card say, as numbers with their places. */
import { onlyTable, type Card, type CardRow, type CardTable } from './read-card.ts'

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
}

/** One benchmark of the card. */
export interface BenchmarkRow {
  /** `piqa`, `boolq`, …; the name in small letters where the benchmark is not known. */
  readonly task: string
  /** Percent. */
  readonly original: Printed
  readonly variant: Printed
  readonly retention: Printed | null
  readonly status: Cell | null
}

/** All that is read of a card. */
export interface CardFigures {
  readonly benchmarks: readonly BenchmarkRow[]
  readonly perplexities: readonly { readonly perplexity: Printed; readonly ratio: Printed | null }[]
  /** Uses and what the card says of each. */
  readonly useCases: readonly Cell[]
  /** Attributes by their names in small letters, of all tables of attributes. */
  readonly attributes: ReadonlyMap<string, readonly Cell[]>
}

/** Benchmarks by what cards call them. */
const TASK_NAMES: readonly (readonly [RegExp, string])[] = [
  [/piqa/iu, 'piqa'],
  [/boolq/iu, 'boolq'],
  [/hella\s*swag/iu, 'hellaswag'],
  [/mmlu/iu, 'mmlu'],
]

/** The task of a benchmark's name. */
export function taskOf(name: string): string {
  return TASK_NAMES.find(([pattern]) => pattern.test(name))?.[1] ?? name.toLowerCase()
}

/** Reads the figures. Fails with CardError where two tables say the same. */
export function cardFigures(card: Card): CardFigures {
  const benchmarks = onlyTable(card, 'benchmarks', ({ head }) => has(head, /benchmark/iu) && has(head, /retention/iu))
  const perplexities = onlyTable(card, 'perplexities', ({ head }) => has(head, /^perplexity$/iu))
  const useCases = onlyTable(card, 'use cases', ({ head }) => has(head, /use case/iu))
  return {
    benchmarks: benchmarks ? benchmarks.rows.flatMap((row) => benchmarkRow(benchmarks, row)) : [],
    perplexities: perplexities ? perplexities.rows.flatMap((row) => perplexityRow(perplexities, row)) : [],
    useCases: useCases ? useCases.rows.map((row) => cellOf('use cases', useCases, row, 1)) : [],
    attributes: attributesOf(card),
  }
}

function has(head: readonly string[], pattern: RegExp): boolean {
  return head.some((cell) => pattern.test(cell))
}

function cellOf(name: string, table: CardTable, row: CardRow, column: number): Cell {
  return { table: name, row: row.cells[0] ?? '', column: table.head[column] ?? '', line: row.line, text: row.cells[column] ?? '' }
}

/** The first number of a cell; null where there is none. */
export function printed(cell: Cell): Printed | null {
  const match = /[−-]?\d[\d,]*(?:\.\d+)?/u.exec(cell.text)
  if (!match) return null
  const text = match[0].replaceAll(',', '').replace('−', '-')
  const digits = text.split('.')[1]?.length ?? 0
  return { ...cell, value: Number(text), slack: 0.5 * 10 ** -digits }
}

function benchmarkRow(table: CardTable, row: CardRow): BenchmarkRow[] {
  const column = (pattern: RegExp, fallback: number) => {
    const index = table.head.findIndex((cell) => pattern.test(cell))
    return index < 0 ? fallback : index
  }
  const cell = (index: number) => cellOf('benchmarks', table, row, index)
  const [original, variant] = [printed(cell(column(/original|base/iu, 1))), printed(cell(column(/pruned|variant|quanti|adapted|this/iu, 2)))]
  if (!original || !variant) return []
  const status = column(/status/iu, -1)
  return [{ task: taskOf(row.cells[0] ?? ''), original, variant, retention: printed(cell(column(/retention/iu, 3))), status: status < 0 ? null : cell(status) }]
}

function perplexityRow(table: CardTable, row: CardRow): CardFigures['perplexities'][number][] {
  const [value, ratio] = [table.head.findIndex((cell) => /^perplexity$/iu.test(cell)), table.head.findIndex((cell) => /ratio/iu.test(cell))]
  const perplexity = printed(cellOf('perplexity', table, row, value))
  return perplexity ? [{ perplexity, ratio: ratio < 0 ? null : printed(cellOf('perplexity', table, row, ratio)) }] : []
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
