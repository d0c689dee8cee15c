/** What the tables of a pruned model's card say, as numbers with their places. */
import { CardError } from '../../errors.ts'
import { BITS_PER_BYTE, CHOICE_METRIC_NAMES } from '../../metrics/registry.ts'
import { BUILT_IN_TASKS } from '../../task/built-in-tasks.ts'
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

/** How many items a score is of. */
export interface ItemCount {
  readonly count: number
  /** Of the split, where the card says so. */
  readonly of: number | null
}

/** One benchmark of the card. */
export interface BenchmarkRow {
  /** As the card calls it, without its shots. */
  readonly name: string
  /** Which of several models the row is of; null where the card has one. */
  readonly model: string | null
  /** Null where the card does not say. */
  readonly items: ItemCount | null
  /** What guessing gives, in percent; null where the card does not say. */
  readonly chance: Printed | null
  /** `piqa`, `boolq`, …; the name in small letters where the benchmark is not known. */
  readonly task: string
  /** From names such as `MMLU (5-shot)`; null where the card does not say. */
  readonly shotCount: number | null
  /** Percent, whether the card prints percents or shares. */
  readonly original: Printed
  readonly variant: Printed
  readonly retention: Printed | null
  /** Percent; null where the card has none. */
  readonly retentionInterval: PrintedInterval | null
  readonly status: Cell | null
}

/** An interval as it is printed. */
export interface PrintedInterval {
  readonly low: Printed
  readonly high: Printed
}

/** One perplexity of the card, or bits per byte. */
export interface PerplexityRow {
  /** As the card calls it: original and model. */
  readonly model: string
  /** Text and unit, such as WikiText and `word_perplexity`; null where the card does not say. */
  readonly measure: { readonly task: string; readonly metric: string } | null
  /** The cell that says how many items it is of; empty where there is none. */
  readonly items: string
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

/** A benchmark's name may end with the metric. */
const METRICS: ReadonlySet<string> = new Set(CHOICE_METRIC_NAMES)

/** Tasks with choices that cards have a title for. */
const TASKS: ReadonlySet<string> = new Set(
  [...BUILT_IN_TASKS.values()].flatMap(({ name, kind, benchmark }) => (kind === 'choice' && benchmark?.title ? [name] : [])),
)

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
    .split(/[^a-z0-9_]+/u)
    .filter((word) => !METRICS.has(word))
    .join('')
    .replaceAll('_', '')
  return TASKS.has(known) ? known : plain
}

/** The shots of a name such as `MMLU (5-shot)`, its last ones; null where it has none. */
export function shotsOf(name: string): number | null {
  const shots = [...name.matchAll(SHOTS)].at(-1)?.[1]
  return shots === undefined ? null : Number(shots)
}

const SHOTS = /(?:^|(?<=\D))(\d+)[\s-]*shots?\b/giu

/** Whether two names are of one benchmark: alike, or both of a known one. */
export function isSameTask({ name, task }: Pick<BenchmarkRow, 'name' | 'task'>, other: string): boolean {
  return [other, withoutShots(other)].some((text) => plainName(text) === plainName(name)) || (TASKS.has(task) && taskOf(other) === task)
}

/** As it reads in a table, whatever its capitals: cells have no backticks and single spaces. */
export function plainName(name: string): string {
  return name.toLowerCase().replaceAll('`', '').replaceAll(/\s+/gu, ' ').trim()
}

/** The model that a card says its own was made from; null where it names none, or several. */
export function baseModelOf({ frontMatter }: Card): string | null {
  const content: unknown = frontMatter?.content
  const base = typeof content === 'object' && content !== null ? (content as Record<string, unknown>)['base_model'] : undefined
  const only: unknown = Array.isArray(base) && base.length === 1 ? base[0] : base
  return typeof only === 'string' ? only : null
}

/** Whether a table is of benchmarks. */
export function isBenchmarkTable({ head }: CardTable): boolean {
  return has(head, /benchmark/iu) && (has(head, /retention/iu) || has(head, /^original\b/iu))
}

/** Whether a table is of perplexities. */
export function isPerplexityTable({ head }: CardTable): boolean {
  return has(head, /^perplexity$/iu)
}

/** Whether a table is of bits per byte. */
export function isBitsTable({ head }: CardTable): boolean {
  return has(head, BITS)
}

/** Whether a table says what a model is good for. */
export function isUseCaseTable({ head }: CardTable): boolean {
  return has(head, /use case/iu)
}

const BITS = /^bits per byte$/iu

/** Reads the figures. Fails with CardError where two tables say the same. */
export function cardFigures(card: Card): CardFigures {
  const benchmarks = onlyTable(card, 'benchmarks', isBenchmarkTable)
  const perplexities = onlyTable(card, 'perplexities', isPerplexityTable)
  const bits = onlyTable(card, 'bits per byte', isBitsTable)
  const useCases = onlyTable(card, 'use cases', isUseCaseTable)
  return {
    benchmarks: benchmarks ? benchmarkRows(benchmarks) : [],
    perplexities: [...(perplexities ? perplexityRows(perplexities, /^perplexity$/iu) : []), ...(bits ? perplexityRows(bits, BITS) : [])],
    useCases: useCases ? useCaseCells(useCases) : [],
    attributes: attributesOf(card),
  }
}

/** In the column Status, the second where none is called so. */
function useCaseCells(table: CardTable): Cell[] {
  const status = table.head.findIndex((cell) => /^status$/iu.test(cell))
  return table.rows.map((row) => cellOf('use cases', table, row, Math.max(1, status)))
}

function has(head: readonly string[], pattern: RegExp): boolean {
  return head.some((cell) => pattern.test(cell))
}

function cellOf(name: string, table: CardTable, row: CardRow, column: number): Cell {
  return { table: name, row: row.cells[0] ?? '', column: table.head[column] ?? '', line: row.line, text: row.cells[column] ?? '' }
}

/** The first number of a cell; null where there is none. */
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

/** `[93.0, 98.5]`; null where there is none. */
function printedInterval(cell: Cell): PrintedInterval | null {
  const [, low, high] = /\[([−-]?\d[\d.]*|> 999), ([−-]?\d[\d.]*|> 999)\]/u.exec(cell.text) ?? []
  // Bounds beyond that are not printed.
  const bound = (text: string) => (text === '> 999' ? { ...numberOf(cell, '1000'), slack: 0, value: Infinity } : numberOf(cell, text))
  return low === undefined || high === undefined ? null : { low: bound(low), high: bound(high) }
}

/** `5 of 1,838 (limit 5)`. */
function itemCountOf({ text }: Cell): ItemCount | null {
  const [, count, of] = /^(\d[\d,]*)(?: of (\d[\d,]*))?/u.exec(text) ?? []
  const number = (digits: string) => Number(digits.replaceAll(',', ''))
  return count === undefined ? null : { count: number(count), of: of === undefined ? null : number(of) }
}

/** Columns of a table of benchmarks; −1 where there is none. */
interface BenchmarkColumns {
  readonly original: number
  readonly variant: number
  readonly retention: number
  readonly status: number
  readonly model: number
  readonly items: number
  readonly chance: number
}

/** By their heads; scores whose columns are headed by the names of models stand in the order original, variant. Fails with CardError. */
function columnsOf({ head, line }: CardTable): BenchmarkColumns {
  const find = (pattern: RegExp) => head.findIndex((cell) => pattern.test(cell))
  const others = {
    retention: find(/retention/iu),
    status: find(/status/iu),
    model: find(/^model$/iu),
    items: find(/^items$/iu),
    chance: find(/^chance$/iu),
  }
  const known = new Set([find(/benchmark/iu), ...Object.values(others)])
  const scores = head.flatMap((_, index) => (known.has(index) ? [] : [index]))
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
  return { original, variant, ...others }
}

function benchmarkRows(table: CardTable): BenchmarkRow[] {
  const columns = columnsOf(table)
  const rows = table.rows.flatMap((row) => benchmarkRow(table, row, columns))
  const scores = rows.flatMap(({ original, variant }) => [original, variant])
  const areShares = scores.every(({ text, value }) => !text.includes('%') && value <= 1)
  return areShares
    ? rows.map((row) => ({ ...row, original: inPercent(row.original), variant: inPercent(row.variant), chance: row.chance && inPercent(row.chance) }))
    : rows
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
  const [retention, items] = [cell(columns.retention), cell(columns.items)]
  return [
    {
      name: withoutShots(name),
      model: cell(columns.model)?.text ?? null,
      task: taskOf(name),
      shotCount: shotsOf(name),
      items: items && itemCountOf(items),
      chance: number(columns.chance),
      original,
      variant,
      retention: number(columns.retention),
      retentionInterval: retention && printedInterval(retention),
      status: cell(columns.status),
    },
  ]
}

/** `MMLU` of `MMLU (5-shot)`. */
function withoutShots(name: string): string {
  const open = name.lastIndexOf(' (')
  return open > 0 && /^ \(\d+-shot\)$/u.test(name.slice(open)) ? name.slice(0, open) : name
}

function perplexityRows(table: CardTable, heading: RegExp): PerplexityRow[] {
  const column = (pattern: RegExp) => table.head.findIndex((cell) => pattern.test(cell))
  const [value, ratio, measured, items] = [column(heading), column(/ratio/iu), column(/^(?:measure|text)$/iu), column(/^items$/iu)]
  const isBits = heading === BITS
  const seen = new Set<string>()
  return table.rows.flatMap((row): PerplexityRow[] => {
    const perplexity = printed(cellOf(isBits ? 'bits per byte' : 'perplexity', table, row, value))
    if (!perplexity) return []
    const name = measured < 0 ? '' : (row.cells[measured] ?? '')
    const key = `${name}\n${items < 0 ? '' : row.cells[items]}`
    const side = seen.has(key) ? 'variant' : 'original'
    seen.add(key)
    return [
      {
        model: row.cells[0] ?? '',
        measure: isBits && name !== '' ? { task: name.toLowerCase(), metric: BITS_PER_BYTE } : measureOf(name),
        items: items < 0 ? '' : (row.cells[items] ?? ''),
        side,
        perplexity,
        ratio: ratio < 0 ? null : printed(cellOf(perplexity.table, table, row, ratio)),
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
  return { task: text.toLowerCase(), metric: unit.toLowerCase().replaceAll(/\s+/gu, '_') }
}

/** Whether two perplexities are of the same text in the same unit, as far as the card says. */
export function isSameMeasure(a: PerplexityRow, b: PerplexityRow): boolean {
  return a.measure?.task === b.measure?.task && a.measure?.metric === b.measure?.metric && a.items === b.items
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
