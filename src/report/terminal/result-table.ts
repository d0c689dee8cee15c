/** The table that a run ends with: a line a metric, a column a model. */
import { cellText, fittingTable } from '../../text/fitting-table.ts'
import { framedTable, numberColumns, textColumns, type TextTable } from '../../text/text-table.ts'
import { truncationSummary } from '../../run/truncation-warning.ts'
import type { GroupRecord, RunRecord, TaskRecord } from '../../store/run-record.ts'
import { metricOf } from '../../metrics/registry.ts'
import type { Score } from '../../task/score-items.ts'

/**
 * Lines of text without color. Accuracies in percent with their standard errors, perplexities as they are; an arrow says which way is better.
 * If a table is wider than `columns`, each model has a line of its own. Below it a line for each task with prompts that were cut to the window.
 */
export function resultTable(runs: readonly RunRecord[], { withSubsets = false, columns = Infinity } = {}): string {
  const table = scoreTable(runs, withSubsets)
  const paragraphs = table.rows.flatMap(([name, metric, shots, items, ...cells]) => [
    `${name}, ${metric}, ${shots} shots, ${items} items`,
    ...cells.map((cell, index) => `  ${runs[index]!.model.label}: ${cell}`),
  ])
  return [fittingTable([framedTable(table), paragraphs.join('\n')], columns), ...truncationLines(runs)].join('\n')
}

/** The scores as text: a row for each task and metric, a column for each model. */
export function scoreTable(runs: readonly RunRecord[], withSubsets: boolean): TextTable {
  return {
    columns: [...textColumns('task', 'metric'), ...numberColumns('shots', 'items', ...runs.map(({ model }) => cellText(model.label)))],
    rows: shownEntries(runs[0]!, withSubsets).flatMap(({ name, shotCount, itemCount, scores }) =>
      scores.map(({ metric }) => {
        const cells = runs.map((run) =>
          formatScore([...run.groups, ...run.tasks].find((entry) => entry.name === name)?.scores.find((score) => score.metric === metric)),
        )
        return [name, `${metric} ${metricOf(metric).higherIsBetter ? '↑' : '↓'}`, String(shotCount), String(itemCount), ...cells]
      }),
    ),
  }
}

/** A line for each model and task with prompts that were cut to the window. */
export function truncationLines(runs: readonly RunRecord[]): string[] {
  return runs.flatMap(({ model, tasks }) => truncationSummary({ model: { ...model, label: cellText(model.label) }, tasks }))
}

/** `64.00 % ± 3.40` for an accuracy, `31.0856 ± 1.2` for a perplexity; a dash for none. */
export function formatScore(score: Score | undefined): string {
  if (!score || !Number.isFinite(score.value)) return '–'
  return metricOf(score.metric).format(score.value, score.standardError)
}

/** Tasks and groups of a run that tables show: a group replaces its members unless subsets are asked for. */
export function shownEntries({ tasks, groups }: RunRecord, withSubsets: boolean): readonly (TaskRecord | GroupRecord)[] {
  const grouped = new Set(groups.flatMap(({ members }) => members))
  return [...tasks.filter(({ name }) => withSubsets || !grouped.has(name)), ...groups]
}
