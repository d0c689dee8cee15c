/** The retention table for the terminal: a line a task and variant, perplexities below, averages and notes last. */
import Table from 'cli-table3'
import { count, counted } from '../../text/count.ts'
import { cellText, fittingTable } from '../../text/fitting-table.ts'
import { bounded, intervalText, NONE, percent, pText, signed, taskLabel } from '../numbers.ts'
import type { AccuracyCell, AverageCell, Comparison, PerplexityCell } from '../../compare/comparison.ts'

/**
 * Lines of text without color. Scores and retentions in percent, differences in points, with 95 % intervals.
 * If a table is wider than `columns`, each variant is a paragraph instead.
 */
export function retentionTable(stored: Comparison, columns = Infinity): string {
  const comparison = withShortNames(stored)
  const averages = comparison.averages.flatMap((average, variant) => (average ? [averageText(average, comparison.variants[variant]!.label)] : []))
  return [
    fittingTable(accuracyTable(comparison), accuracyParagraphs(comparison), columns),
    fittingTable(perplexityTable(comparison), perplexityParagraphs(comparison), columns),
    ...averages,
    ...comparison.notes.map((note) => `note: ${note}`),
  ]
    .filter((part) => part !== '')
    .join('\n')
}

/** Names of models, tasks and metrics are untrusted input. */
function withShortNames(comparison: Comparison): Comparison {
  const { original, variants, accuracies, perplexities } = comparison
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
  }
}

function accuracyParagraphs({ accuracies, variants, original }: Comparison): string {
  const lines = accuracies.flatMap((line) => [
    `${taskLabel(line)} ${line.metric}, ${line.itemCount === null ? `${NONE} items` : counted(line.itemCount, 'item')}: ${original.label} ${percent(line.original.value)}`,
    ...line.cells.flatMap((cell, variant) => {
      if (!cell) return [`  ${variants[variant]!.label}: –`]
      const [score, points, retention, overChance, flips, p, status] = accuracyCells(cell)
      return [
        `  ${variants[variant]!.label}: ${score} ${status}`,
        `    retention ${retention}, over chance ${overChance}`,
        `    points ${points}, flips − + ${flips}, p (Holm) ${p}`,
      ]
    }),
  ])
  return lines.join('\n')
}

function perplexityParagraphs({ perplexities, variants, original }: Comparison): string {
  const lines = perplexities.flatMap(({ task, metric, original: score, cells }) => [
    `${task} ${metric}: ${original.label} ${score.value.toFixed(4)}`,
    ...cells.map((cell, variant) => {
      const [value, ratio, nats] = perplexityCells(cell)
      return `  ${variants[variant]!.label}: ${value}, ${ratio}, nats per unit ${nats}`
    }),
  ])
  return lines.join('\n')
}

function accuracyTable({ accuracies, variants, original }: Comparison): string {
  if (accuracies.length === 0) return ''
  const table = new Table({
    head: ['task', 'metric', 'items', original.label, 'variant', 'score', 'points', 'retention', 'over chance', 'flips − +', 'p (Holm)', 'status'],
    colAligns: ['left', 'left', 'right', 'right', 'left', 'right', 'right', 'right', 'right', 'right', 'right', 'left'],
    style: { head: [], border: [], compact: true },
  })
  for (const line of accuracies)
    line.cells.forEach((cell, variant) => {
      const isFirst = variant === 0
      table.push([
        isFirst ? taskLabel(line) : '',
        isFirst ? line.metric : '',
        isFirst ? (line.itemCount === null ? NONE : count(line.itemCount)) : '',
        isFirst ? percent(line.original.value) : '',
        variants[variant]!.label,
        ...(cell ? accuracyCells(cell) : Array<string>(7).fill(NONE)),
      ])
    })
  return table.toString()
}

function accuracyCells(cell: AccuracyCell): string[] {
  const { score, difference, differenceInterval, retention, retentionInterval, adjustedRetention, flips, adjustedPValue, status } = cell
  return [
    `${percent(score.value)}${score.provenance === 'cited' ? ' cited' : ''}`,
    `${signed(difference * 100, 1)}${intervalText(differenceInterval, (value) => signed(value * 100, 1))}`,
    retention === null ? NONE : `${percent(retention, 1)}${intervalText(retentionInterval, (value) => bounded(value * 100, 1))}`,
    adjustedRetention === null ? NONE : percent(adjustedRetention, Math.abs(adjustedRetention) < 0.01 ? 1 : 0),
    flips ? `${flips.lost} ${flips.gained}` : NONE,
    adjustedPValue === null ? NONE : pText(adjustedPValue),
    `${status.sign} ${status.name}`.trim(),
  ]
}

function perplexityTable({ perplexities, variants, original }: Comparison): string {
  if (perplexities.length === 0) return ''
  const table = new Table({
    head: ['task', 'metric', original.label, 'variant', 'score', 'ratio', 'nats per unit'],
    colAligns: ['left', 'left', 'right', 'left', 'right', 'right', 'right'],
    style: { head: [], border: [], compact: true },
  })
  for (const line of perplexities)
    line.cells.forEach((cell, variant) => {
      const isFirst = variant === 0
      table.push([
        isFirst ? line.task : '',
        isFirst ? `${line.metric} ↓` : '',
        isFirst ? line.original.value.toFixed(4) : '',
        variants[variant]!.label,
        ...perplexityCells(cell),
      ])
    })
  return table.toString()
}

function perplexityCells(cell: PerplexityCell | null): string[] {
  if (!cell) return [NONE, NONE, NONE]
  const { score, ratio, ratioInterval, nats, natsInterval } = cell
  return [
    score.value.toFixed(4),
    `${ratio.toFixed(2)}×${intervalText(ratioInterval, (value) => bounded(value, 2))}`,
    nats === null ? NONE : `${signed(nats, 3)}${intervalText(natsInterval, (value) => signed(value, 3))}`,
  ]
}

function averageText({ lineCount, meanOfRatios, ratioOfMeans, original, variant }: AverageCell, label: string): string {
  const share = (value: number | null) => (value === null ? NONE : percent(value, 1))
  return `${label}, average of ${counted(lineCount, 'task')}: ${percent(original)} → ${percent(variant)}; retention ${share(meanOfRatios)} (mean of ratios), ${share(ratioOfMeans)} (ratio of means)`
}
