/** A comparison as text, figure by figure: what tables for terminals and Markdown are made of. */
import type { AccuracyCell, AverageCell, Comparison, PerplexityCell } from '../compare/comparison.ts'
import { count, counted } from '../text/count.ts'
import { listNames } from '../text/list-names.ts'
import { cellText } from '../text/fitting-table.ts'
import { numberColumns, textColumns, type TextTable } from '../text/text-table.ts'
import { bounded, intervalText, NONE, percent, pText, signed, taskLabel } from './numbers.ts'

/** The accuracy of a task and variant. */
export interface AccuracyRow {
  readonly task: string
  readonly metric: string
  readonly items: string
  /** The original's score. */
  readonly original: string
  /** The variant's label. */
  readonly variant: string
  /** Null if the variant has no score. */
  readonly figures: AccuracyFigures | null
}

/** The columns of a variant's figures, with 95 % intervals in brackets. */
export interface AccuracyFigures {
  readonly score: string
  readonly points: string
  readonly retention: string
  readonly overChance: string
  /** Items lost and gained. */
  readonly flips: string
  readonly p: string
  readonly status: string
}

/** A row for each task and variant. */
export function accuracyRows({ accuracies, variants }: Comparison): AccuracyRow[] {
  return accuracies.flatMap((line) =>
    line.cells.map((cell, variant) => ({
      task: taskLabel(line),
      metric: line.metric,
      items: line.itemCount === null ? NONE : count(line.itemCount),
      original: percent(line.original.value),
      variant: variants[variant]!.label,
      figures: cell && accuracyFigures(cell),
    })),
  )
}

/** The same as one table. */
export function accuracyTable(comparison: Comparison): TextTable {
  return {
    columns: [
      ...textColumns('task', 'metric'),
      ...numberColumns('items', comparison.original.label),
      ...textColumns('variant'),
      ...numberColumns('score', 'points', 'retention', 'over chance', 'flips − +', 'p (Holm)'),
      ...textColumns('status'),
    ],
    rows: accuracyRows(comparison).map(({ task, metric, items, original, variant, figures }) => [
      task,
      metric,
      items,
      original,
      variant,
      ...(figures
        ? [figures.score, figures.points, figures.retention, figures.overChance, figures.flips, figures.p, figures.status]
        : Array<string>(7).fill(NONE)),
    ]),
  }
}

function accuracyFigures(cell: AccuracyCell): AccuracyFigures {
  const { score, difference, differenceInterval, retention, retentionInterval, adjustedRetention, flips, adjustedPValue, status } = cell
  return {
    score: `${percent(score.value)}${score.provenance === 'cited' ? ' cited' : ''}`,
    points: `${signed(difference * 100, 1)}${intervalText(differenceInterval, (value) => signed(value * 100, 1))}`,
    retention: retention === null ? NONE : `${percent(retention, 1)}${intervalText(retentionInterval, (value) => bounded(value * 100, 1))}`,
    overChance: adjustedRetention === null ? NONE : percent(adjustedRetention, Math.abs(adjustedRetention) < 0.01 ? 1 : 0),
    flips: flips ? `${flips.lost} ${flips.gained}` : NONE,
    p: adjustedPValue === null ? NONE : pText(adjustedPValue),
    status: `${status.sign} ${status.name}`.trim(),
  }
}

/** A row for each perplexity and variant. */
export function perplexityTable({ perplexities, variants, original }: Comparison): TextTable {
  return {
    columns: [
      ...textColumns('task', 'metric'),
      ...numberColumns(original.label),
      ...textColumns('variant'),
      ...numberColumns('score', 'ratio', 'nats per unit'),
    ],
    rows: perplexities.flatMap((line) =>
      line.cells.map((cell, variant) => [line.task, `${line.metric} ↓`, line.original.value.toFixed(4), variants[variant]!.label, ...perplexityFigures(cell)]),
    ),
  }
}

function perplexityFigures(cell: PerplexityCell | null): string[] {
  if (!cell) return [NONE, NONE, NONE]
  const { score, ratio, ratioInterval, nats, natsInterval } = cell
  return [
    score.value.toFixed(4),
    `${ratio.toFixed(2)}×${intervalText(ratioInterval, (value) => bounded(value, 2))}`,
    nats === null ? NONE : `${signed(nats, 3)}${intervalText(natsInterval, (value) => signed(value, 3))}`,
  ]
}

/** A line for each variant with accuracies of several tasks. */
export function averageLines({ averages, variants }: Comparison): string[] {
  return averages.flatMap((average, index) => (average && average.tasks.length > 1 ? [averageText(average, variants[index]!.label)] : []))
}

function averageText(average: AverageCell, label: string): string {
  const { meanOfRatios, ratioOfMeans, original, variant } = average
  const share = (value: number | null) => (value === null ? NONE : percent(value, 1))
  return `${label}, average of ${averagedTasks(average)}: ${percent(original)} → ${percent(variant)}; retention ${share(meanOfRatios)} (mean of ratios), ${share(ratioOfMeans)} (ratio of means)`
}

/** `3 tasks (near random: boolq)`. */
export function averagedTasks({ tasks, nearRandom }: AverageCell): string {
  return `${counted(tasks.length, 'task')}${nearRandom.length === 0 ? '' : ` (near random: ${listNames(nearRandom, 3)})`}`
}

/** The comparison with names that fit a cell: those of models, tasks and metrics are untrusted input. */
export function withShortNames(comparison: Comparison): Comparison {
  const { original, variants, accuracies, perplexities, averages } = comparison
  const labelled = (run: Comparison['original']) => ({ ...run, label: cellText(run.label) })
  const named = <T extends { readonly task: string; readonly metric: string }>(line: T): T => ({
    ...line,
    task: cellText(line.task),
    metric: cellText(line.metric),
  })
  return {
    ...comparison,
    original: labelled(original),
    variants: variants.map(labelled),
    accuracies: accuracies.map(named),
    perplexities: perplexities.map(named),
    averages: averages.map((average) => average && { ...average, nearRandom: average.nearRandom.map((task) => cellText(task)) }),
  }
}
