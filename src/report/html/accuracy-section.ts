/** The page's section on accuracies: scores, differences and retentions by task. */
import type { AccuracyCell, AccuracyLine, AverageCell, ComparedScore, Comparison } from '../../compare/comparison.ts'
import { count } from '../../text/count.ts'
import { markup, type Html } from '../markup.ts'
import { bounded, NONE, percent, pText, signed, taskLabel, unbroken } from '../numbers.ts'
import { averagedTasks } from '../retention-cells.ts'
import { statusText } from './signs.ts'
import { dataTable, headCell, numberCell, statusCell, textCell, variantCell, withDetail, withInterval, type Cell, type Column } from './table.ts'

/** A table with a row for each task and variant, and the averages below it; nothing if no accuracy was compared. */
export function accuracySection({ accuracies, variants, averages, original }: Comparison): Html {
  if (accuracies.length === 0) return markup``
  const rows = accuracies.flatMap((line) => line.cells.map((cell, index) => accuracyRow(line, cell, variants[index]!.label, index === 0)))
  return markup`<section>
    <h2>Accuracy by task</h2>
    ${dataTable('Differences are in points, intervals are 95 %.', columnsOf(original.label), rows)}
    ${averages.flatMap((average, index) => (average && average.tasks.length > 1 ? [averageText(average, variants[index]!.label)] : []))}
  </section>`
}

function columnsOf(original: string): Column[] {
  const numbers = (...names: readonly string[]) => names.map((number) => ({ number }))
  return ['task', ...numbers('items', original), 'variant', ...numbers('score', 'points', 'retention', 'over chance', 'lost, gained', 'p (Holm)'), 'status']
}

function accuracyRow(line: AccuracyLine, cell: AccuracyCell | null, label: string, isFirst: boolean): Cell[] {
  const rowCount = line.cells.length
  const lead = [
    headCell(withDetail(taskLabel(line), line.metric), rowCount),
    numberCell(sizeText(line), rowCount),
    numberCell(scoreText(line.original), rowCount),
  ]
  const cells = cell ? accuracyCells(cell) : [...Array.from({ length: 6 }, () => numberCell(null)), textCell(NONE)]
  return [...(isFirst ? lead : []), variantCell(label), ...cells]
}

/** Items that were compared, and how many the split has if it has more. */
export function sizeText({ itemCount, splitCount }: Pick<AccuracyLine, 'itemCount' | 'splitCount'>): Html | null {
  if (itemCount === null) return null
  return withDetail(count(itemCount), splitCount !== null && itemCount < splitCount ? `of ${count(splitCount)}` : '')
}

function accuracyCells(cell: AccuracyCell): Cell[] {
  const { score, difference, differenceInterval, retention, retentionInterval, adjustedRetention, flips, adjustedPValue, status } = cell
  return [
    numberCell(scoreText(score)),
    numberCell(withInterval(signed(difference * 100, 1), differenceInterval, (value) => signed(value * 100, 1))),
    numberCell(retention === null ? null : withInterval(percent(retention, 1), retentionInterval, (value) => `${bounded(value * 100, 1)} %`)),
    numberCell(adjustedRetention === null ? null : percent(adjustedRetention, 1)),
    numberCell(flips && `${flips.lost}, ${flips.gained}`),
    numberCell(adjustedPValue === null ? null : pText(adjustedPValue)),
    statusCell(statusText(status)),
  ]
}

function scoreText({ value, standardError, provenance }: ComparedScore): Html {
  const detail = provenance === 'cited' ? 'cited' : standardError === null ? '' : `± ${(standardError * 100).toFixed(2)}`
  return withDetail(percent(value), detail)
}

function averageText(average: AverageCell, label: string): Html {
  const { original, variant, meanOfRatios, ratioOfMeans } = average
  const share = (value: number | null) => (value === null ? NONE : unbroken(percent(value, 1)))
  return markup`<p>
    ${label}, average of ${averagedTasks(average)}: ${unbroken(percent(original))} → ${unbroken(percent(variant))}. Retention
    ${share(meanOfRatios)} (mean of ratios), ${share(ratioOfMeans)} (ratio of means).
  </p>`
}
