/** Divergences as text, figure by figure. */
import type { Comparison, DivergenceCell, DivergenceLine } from '../compare/comparison.ts'
import { count } from '../text/count.ts'
import { numberColumns, textColumns, type TextTable } from '../text/text-table.ts'
import { fixed, intervalText, NONE, percent, signed } from './numbers.ts'

/** What tables call the line of all tasks. */
export const ALL_TASKS = 'all tasks'

/** A divergence of a task and variant. */
export interface DivergenceRow {
  readonly task: string
  readonly variant: string
  readonly figures: DivergenceFigureTexts
}

/** Nats, except where another unit is said; 95 % intervals in brackets. */
export interface DivergenceFigureTexts {
  readonly positions: string
  readonly meanKl: string
  readonly median: string
  readonly p99: string
  readonly max: string
  readonly sameTop: string
  /** Mean change of the right tokens' probability in points, and RMS. */
  readonly probability: string
  readonly correlation: string
  /** Jensen–Shannon over choices. */
  readonly choices: string
}

/** A row for each line and variant that has figures. */
export function divergenceRows({ divergences, variants }: Pick<Comparison, 'divergences' | 'variants'>): DivergenceRow[] {
  return divergences.flatMap((line) =>
    line.cells.flatMap((cell, variant) => (cell ? [{ task: lineName(line), variant: variants[variant]!.label, figures: figuresOf(cell) }] : [])),
  )
}

/** The same as a table. */
export function divergenceTable(comparison: Pick<Comparison, 'divergences' | 'variants'>): TextTable {
  return {
    columns: [
      ...textColumns('task', 'variant'),
      ...numberColumns('positions', 'mean KL', 'median', '99 %', 'max', 'same top', 'Δp, RMS', 'r (log p)', 'JS of choices'),
    ],
    rows: divergenceRows(comparison).map(({ task, variant, figures }) => [
      task,
      variant,
      figures.positions,
      figures.meanKl,
      figures.median,
      figures.p99,
      figures.max,
      figures.sameTop,
      figures.probability,
      figures.correlation,
      figures.choices,
    ]),
  }
}

/** A task's name, or that of all tasks. */
export function lineName({ task }: Pick<DivergenceLine, 'task'>): string {
  return task ?? ALL_TASKS
}

function figuresOf({
  positionCount,
  kl,
  klInterval,
  sameTop,
  sameTopInterval,
  probability,
  logProbCorrelation,
  choices,
}: DivergenceCell): DivergenceFigureTexts {
  return {
    positions: count(positionCount),
    meanKl: `${natsText(kl.value)}${intervalText(klInterval, natsText)}`,
    median: natsText(kl.median),
    p99: natsText(kl.p99),
    max: natsText(kl.max),
    sameTop: `${percent(sameTop.value, 1)}${intervalText(sameTopInterval, (value) => (value * 100).toFixed(1))}`,
    probability: `${signed(probability.meanChange * 100, 2)}, ${(probability.rmsChange * 100).toFixed(2)}`,
    correlation: logProbCorrelation === null ? NONE : fixed(logProbCorrelation, 4),
    choices: choices ? natsText(choices.value) : NONE,
  }
}

/** A number of nats from 0, to three digits, or two below a thousandth: `0.0123`, `3.2e−6`. */
export function natsText(value: number): string {
  if (value === 0) return '0'
  return value < 0.001 ? value.toExponential(1).replace('-', '−') : value >= 100 ? value.toFixed(0) : value.toPrecision(3)
}
