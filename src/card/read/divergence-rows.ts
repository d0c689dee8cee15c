/** Rows of a card's table of divergences. */
import { ALL_TASKS } from '../../report/divergence-cells.ts'
import { taskOf } from './benchmark-name.ts'
import { cellOf, printed, printedInterval, type Printed, type PrintedInterval } from './printed-cell.ts'
import type { CardTable } from './read-card.ts'

/** One task's divergence of a model; null for what the card does not say. */
export interface DivergenceRow {
  /** As the card calls the task. */
  readonly name: string
  /** Null for all tasks together. */
  readonly task: string | null
  /** As the card calls it; null if the table has no column of models. */
  readonly model: string | null
  readonly positions: Printed | null
  /** In nats. */
  readonly mean: Printed
  readonly meanInterval: PrintedInterval | null
  readonly median: Printed | null
  readonly p99: Printed | null
  readonly max: Printed | null
  /** In percent of the positions. */
  readonly sameTop: Printed | null
  readonly sameTopInterval: PrintedInterval | null
}

/** The table's rows that have a mean. */
export function divergenceRows(table: CardTable): DivergenceRow[] {
  const column = (pattern: RegExp) => table.head.findIndex((cell) => pattern.test(cell))
  const model = column(/^model$/iu)
  const [positions, mean, median] = [column(/^positions$/iu), column(/^mean kl\b/iu), column(/^median\b/iu)]
  const [p99, max, sameTop] = [column(/^99\s?%/u), column(/^max/iu), column(/^same top/iu)]
  return table.rows.flatMap((row): DivergenceRow[] => {
    const cell = (at: number) => cellOf('divergence', table, row, at)
    const number = (at: number) => (at < 0 ? null : printed(cell(at)))
    const nats = (at: number) => {
      const figure = number(at)
      return figure && exactZero(figure)
    }
    const found = nats(mean)
    if (!found) return []
    const name = row.cells[0] ?? ''
    const interval = printedInterval(cell(mean))
    return [
      {
        name,
        task: name.toLowerCase() === ALL_TASKS ? null : taskOf(name),
        model: model < 0 ? null : (row.cells[model] ?? ''),
        positions: number(positions),
        mean: found,
        meanInterval: interval && { low: exactZero(interval.low), high: exactZero(interval.high) },
        median: nats(median),
        p99: nats(p99),
        max: nats(max),
        sameTop: number(sameTop),
        sameTopInterval: sameTop < 0 ? null : printedInterval(cell(sameTop)),
      },
    ]
  })
}

/** Divergences have three digits: `0` is printed for nothing else. */
function exactZero(figure: Printed): Printed {
  return figure.value === 0 && figure.digits === 0 ? { ...figure, slack: 0 } : figure
}
