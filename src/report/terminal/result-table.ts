/** The table that a run ends with: a line a metric, a column a model. */
import Table from 'cli-table3'
import { cellText, fittingTable } from '../../text/fitting-table.ts'
import { truncationSummary } from '../../run/truncation-warning.ts'
import type { RunRecord } from '../../store/run-record.ts'
import { metricOf } from '../../metrics/registry.ts'
import type { Score } from '../../task/score-items.ts'

/**
 * Lines of text without color. Accuracies in percent with their standard errors, perplexities as they are; an arrow says which way is better.
 * If a table is wider than `columns`, each model has a line of its own. Below it a line for each task with prompts that were cut to the window.
 */
export function resultTable(runs: readonly RunRecord[], { withSubsets = false, columns = Infinity } = {}): string {
  const table = new Table({
    head: ['task', 'metric', 'shots', 'items', ...runs.map(({ model }) => cellText(model.label))],
    colAligns: ['left', 'left', 'right', 'right', ...runs.map(() => 'right' as const)],
    style: { head: [], border: [], compact: true },
  })
  const paragraphs: string[] = []
  for (const { name, shotCount, itemCount, metric } of tableLines(runs[0]!, withSubsets)) {
    const cells = runs.map((run) =>
      formatScore([...run.groups, ...run.tasks].find((entry) => entry.name === name)?.scores.find((score) => score.metric === metric)),
    )
    const direction = `${metric} ${metricOf(metric).higherIsBetter ? '↑' : '↓'}`
    table.push([name, direction, shotCount, itemCount, ...cells])
    paragraphs.push(`${name}, ${direction}, ${shotCount} shots, ${itemCount} items`, ...cells.map((cell, index) => `  ${runs[index]!.model.label}: ${cell}`))
  }
  const footer = runs.flatMap(({ model, tasks }) => truncationSummary({ model: { ...model, label: cellText(model.label) }, tasks }))
  return [fittingTable(table.toString(), paragraphs.join('\n'), columns), ...footer].join('\n')
}

/** `64.00 % ± 3.40` for an accuracy, `31.0856 ± 1.2` for a perplexity; a dash for none. */
export function formatScore(score: Score | undefined): string {
  if (!score || !Number.isFinite(score.value)) return '–'
  return metricOf(score.metric).format(score.value, score.standardError)
}

/** A group replaces its members unless subsets are asked for. */
function tableLines({ tasks, groups }: RunRecord, withSubsets: boolean) {
  const grouped = new Set(groups.flatMap(({ members }) => members))
  const shown = [...tasks.filter(({ name }) => withSubsets || !grouped.has(name)), ...groups]
  return shown.flatMap(({ scores, ...entry }) => scores.map(({ metric }) => ({ ...entry, metric })))
}
