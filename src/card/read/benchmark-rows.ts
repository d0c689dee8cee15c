/** Rows of a card's table of benchmarks. */
import { CardError } from '../../errors.ts'
import { shotsOf, taskOf, withoutShots } from './benchmark-name.ts'
import { cellOf, itemCountOf, printed, printedInterval, type Cell, type ItemCount, type Printed, type PrintedInterval } from './printed-cell.ts'
import type { CardRow, CardTable } from './read-card.ts'

/** One benchmark of the card. */
export interface BenchmarkRow {
  /** As the card calls it, without its shots. */
  readonly name: string
  /** Which of several models the row is of; null if the card has one. */
  readonly model: string | null
  /** Null if the card does not say. */
  readonly items: ItemCount | null
  /** What guessing gives, in percent; null if the card does not say. */
  readonly chance: Printed | null
  /** `piqa`, `boolq`, …; the name in small letters if the benchmark is not known. */
  readonly task: string
  /** From names such as `MMLU (5-shot)`; null if the card does not say. */
  readonly shotCount: number | null
  /** Percent, whether the card prints percents or shares. */
  readonly original: Printed
  readonly variant: Printed
  readonly retention: Printed | null
  /** Percent; null if the card has none. */
  readonly retentionInterval: PrintedInterval | null
  readonly status: Cell | null
}

/** The table's rows that have both scores, in percent. Fails with CardError if it lacks a column of scores. */
export function benchmarkRows(table: CardTable): BenchmarkRow[] {
  const columns = columnsOf(table)
  const rows = table.rows.flatMap((row) => benchmarkRow(table, row, columns))
  const scores = rows.flatMap(({ original, variant }) => [original, variant])
  const areShares = scores.every(({ text, value }) => !text.includes('%') && value <= 1)
  return areShares
    ? rows.map((row) => ({ ...row, original: inPercent(row.original), variant: inPercent(row.variant), chance: row.chance && inPercent(row.chance) }))
    : rows
}

/** Columns of a table of benchmarks; −1 if there is none. */
interface BenchmarkColumns {
  readonly original: number
  readonly variant: number
  readonly retention: number
  readonly status: number
  readonly model: number
  readonly items: number
  readonly chance: number
}

/** By their heads; scores whose columns are headed by the names of models are in the order original, variant. Fails with CardError. */
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
