/** What the tables of a pruned model's card say, as numbers with their places. */
import { CardError } from '../errors.ts'
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
  /** Digits after the point. */
  readonly digits: number
}

/** One benchmark of the card. */
export interface BenchmarkRow {
  /** `piqa`, `boolq`, …; the name in small letters where the benchmark is not known. */
  readonly task: string
  /** From names such as `MMLU (5-shot)`; null where the card does not say. */
  readonly shotCount: number | null
  /** Percent, whether the card prints percents or shares. */
  readonly original: Printed
  readonly variant: Printed
  readonly retention: Printed | null
  readonly status: Cell | null
}

/** One perplexity of the card. */
export interface PerplexityRow {
  /** Text and unit, such as WikiText and `word_perplexity`; null where the card does not say. */
  readonly measure: { readonly task: string; readonly metric: string } | null
  /** The first row of a measure is the original's. */
  readonly side: 'original' | 'variant'
  readonly perplexity: Printed
  readonly ratio: Printed | null
}

/** All that is read of a card. */
export interface CardFigures {
  readonly benchmarks: readonly BenchmarkRow[]
  readonly perplexities: readonly PerplexityRow[]
  /** Uses and what the card says of each. */
  readonly useCases: readonly Cell[]
  /** Attributes by their names in small letters, of all tables of attributes. */
  readonly attributes: ReadonlyMap<string, readonly Cell[]>
}

/** Benchmarks whose splits are known, by their names in small letters without anything else. */
const TASKS: ReadonlySet<string> = new Set(['piqa', 'boolq', 'hellaswag', 'mmlu'])

/**
 * The task of a benchmark's name: `MMLU (5-shot)`, `Hella Swag` and `cais/mmlu` are known ones. MMLU-Pro and CMMLU are others, whose
 * own names come back in small letters.
 */
export function taskOf(name: string): string {
  const plain = name
    .toLowerCase()
    .replaceAll(/\([^()]*\)|\b\d+[\s-]*shots?\b/gu, '')
    .trim()
  const known = plain
    .split('/')
    .at(-1)!
    .replaceAll(/\bacc(?:_norm)?\b|[^a-z0-9]/gu, '')
  return TASKS.has(known) ? known : plain
}

/** The shots of a name such as `MMLU (5-shot)`; null where it has none. */
export function shotsOf(name: string): number | null {
  const shots = /(?:^|\D)(\d+)[\s-]*shots?\b/iu.exec(name)?.[1]
  return shots === undefined ? null : Number(shots)
}

/** The model that a card says its own was made from; null where it names none, or several. */
export function baseModelOf({ frontMatter }: Card): string | null {
  const content: unknown = frontMatter?.content
  const base = typeof content === 'object' && content !== null ? (content as Record<string, unknown>)['base_model'] : undefined
  const only: unknown = Array.isArray(base) && base.length === 1 ? base[0] : base
  return typeof only === 'string' ? only : null
}

/** Reads the figures. Fails with CardError where two tables say the same. */
export function cardFigures(card: Card): CardFigures {
  const benchmarks = onlyTable(card, 'benchmarks', ({ head }) => has(head, /benchmark/iu) && (has(head, /retention/iu) || has(head, /^original\b/iu)))
  const perplexities = onlyTable(card, 'perplexities', ({ head }) => has(head, /^perplexity$/iu))
  const useCases = onlyTable(card, 'use cases', ({ head }) => has(head, /use case/iu))
  return {
    benchmarks: benchmarks ? benchmarkRows(benchmarks) : [],
    perplexities: perplexities ? perplexityRows(perplexities) : [],
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
  return { ...cell, value: Number(text), slack: 0.5 * 10 ** -digits, digits }
}

/** Columns of a table of benchmarks; −1 where there is none. */
interface BenchmarkColumns {
  readonly original: number
  readonly variant: number
  readonly retention: number
  readonly status: number
}

/** By their heads; scores whose columns are headed by the names of models stand in the order original, variant. Fails with CardError. */
function columnsOf({ head, line }: CardTable): BenchmarkColumns {
  const find = (pattern: RegExp) => head.findIndex((cell) => pattern.test(cell))
  const [name, retention, status] = [find(/benchmark/iu), find(/retention/iu), find(/status/iu)]
  const scores = head.flatMap((_, index) => (index === name || index === retention || index === status ? [] : [index]))
  const matching = (pattern: RegExp) => scores.find((index) => pattern.test(head[index]!))
  const namedOriginal = matching(/original|base/iu)
  const namedVariant = matching(/pruned|variant|quanti|adapted|this/iu)
  const original = namedOriginal ?? scores.find((index) => index !== namedVariant)
  const variant = namedVariant ?? scores.find((index) => index !== original)
  if (original === undefined || variant === undefined)
    throw new CardError(
      `the table of benchmarks in line ${line} lacks a column of scores: it has ${head.join(', ')}`,
      'It needs one of the original and one of the card’s model.',
    )
  return { original, variant, retention, status }
}

function benchmarkRows(table: CardTable): BenchmarkRow[] {
  const columns = columnsOf(table)
  const rows = table.rows.flatMap((row) => benchmarkRow(table, row, columns))
  const scores = rows.flatMap(({ original, variant }) => [original, variant])
  const areShares = scores.every(({ text, value }) => !text.includes('%') && value <= 1)
  return areShares ? rows.map((row) => ({ ...row, original: inPercent(row.original), variant: inPercent(row.variant) })) : rows
}

function inPercent(share: Printed): Printed {
  return { ...share, value: Number((share.value * 100).toPrecision(12)), slack: share.slack * 100, digits: Math.max(0, share.digits - 2) }
}

function benchmarkRow(table: CardTable, row: CardRow, columns: BenchmarkColumns): BenchmarkRow[] {
  const cell = (index: number) => (index < 0 || !row.cells[index] ? null : cellOf('benchmarks', table, row, index))
  const number = (index: number) => {
    const found = cell(index)
    return found && printed(found)
  }
  const [original, variant] = [number(columns.original), number(columns.variant)]
  if (!original || !variant) return []
  const name = row.cells[0] ?? ''
  return [{ task: taskOf(name), shotCount: shotsOf(name), original, variant, retention: number(columns.retention), status: cell(columns.status) }]
}

function perplexityRows(table: CardTable): PerplexityRow[] {
  const column = (pattern: RegExp) => table.head.findIndex((cell) => pattern.test(cell))
  const [value, ratio, measured] = [column(/^perplexity$/iu), column(/ratio/iu), column(/^measure$/iu)]
  const seen = new Set<string>()
  return table.rows.flatMap((row): PerplexityRow[] => {
    const perplexity = printed(cellOf('perplexity', table, row, value))
    if (!perplexity) return []
    const name = measured < 0 ? '' : (row.cells[measured] ?? '')
    const side = seen.has(name) ? 'variant' : 'original'
    seen.add(name)
    return [{ measure: measureOf(name), side, perplexity, ratio: ratio < 0 ? null : printed(cellOf('perplexity', table, row, ratio)) }]
  })
}

/** `WikiText, word perplexity`. */
function measureOf(name: string): PerplexityRow['measure'] {
  // The last comma that something follows.
  const comma = name.lastIndexOf(',', name.length - 2)
  if (comma < 1) return null
  const [text, unit] = [name.slice(0, comma), name.slice(comma + 1).trimStart()]
  return { task: text.toLowerCase(), metric: unit.toLowerCase().replaceAll(/\s+/gu, '_') }
}

/** Whether two perplexities are of the same text in the same unit, as far as the card says. */
export function isSameMeasure(a: PerplexityRow, b: PerplexityRow): boolean {
  return a.measure?.task === b.measure?.task && a.measure?.metric === b.measure?.metric
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
