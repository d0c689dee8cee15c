/** The report of a run: the scores of its models, and how the others compare with the first. */
import type { ComparedRuns } from '../compare/compare-runs.ts'
import type { Comparison } from '../compare/comparison.ts'
import type { RunRecord } from '../store/run-record.ts'
import { toResultsFile } from '../store/to-results-file.ts'
import { alignedTable, paragraph } from '../text/markdown.ts'
import { COMPARED_COLUMNS, comparedValues, comparisonBlocks, notCompared, SCORE_COLUMNS } from './comparison-report.ts'
import { withDivergences } from './divergence-records.ts'
import type { Records, Report } from './formats/report-format.ts'
import { shownNotes } from './shown-notes.ts'
import { resultTable, scoreTable, shownEntries, truncationLines } from './terminal/result-table.ts'
import { retentionTable } from './terminal/retention-table.ts'

/** What a run is reported from. */
export interface RunReportInput {
  /** At least one. */
  readonly records: readonly RunRecord[]
  /** The first model with the others; null for one model, or if they have nothing in common. */
  readonly compared: ComparedRuns | null
  /** Subsets of tasks too. */
  readonly withSubsets: boolean
}

/** The report. Its JSON has each model's results file by the model's label, and the comparison under `comparison` if there is one. */
export function runReport({ records, compared, withSubsets }: RunReportInput): Report {
  const comparison = compared && comparisonOf(compared)
  return {
    tables: (columns) =>
      [resultTable(records, { withSubsets, columns }), ...interruptionLines(records), ...(comparison ? [retentionTable(comparison, columns)] : [])].join('\n'),
    blocks: () => [
      alignedTable(scoreTable(records, withSubsets)),
      ...[...interruptionLines(records), ...truncationLines(records)].map(paragraph),
      ...(comparison ? comparisonBlocks(comparison) : []),
    ],
    records: () => withDivergences(scoreRecords(records, withSubsets, comparison), comparison ?? { divergences: [], variants: [] }),
    data: () => ({ ...Object.fromEntries(records.map((record) => [record.model.label, toResultsFile(record)])), ...(comparison && { comparison }) }),
    notes: [...interruptionLines(records), ...truncationLines(records), ...(comparison ? shownNotes(comparison) : [])],
  }
}

/** A sentence for each model that was not scored to its end; its scores are of fewer items and subsets. */
function interruptionLines(records: readonly RunRecord[]): string[] {
  return records.flatMap(({ model, isComplete }) => (isComplete ? [] : [`${model.label}: incomplete; the scores are those of the items that were scored`]))
}

function comparisonOf({ runs: _runs, ...comparison }: ComparedRuns): Comparison {
  return comparison
}

/** A row for each task, metric and model. */
function scoreRecords(records: readonly RunRecord[], withSubsets: boolean, comparison: Comparison | null): Records {
  const lines = comparison ? [...comparison.accuracies, ...comparison.perplexities] : []
  const compared = (task: string, metric: string, label: string) => {
    const line = lines.find((candidate) => candidate.task === task && candidate.metric === metric)
    const variant = comparison?.variants.findIndex((run) => run.label === label) ?? -1
    return line && variant >= 0 ? comparedValues(line, variant) : notCompared()
  }
  return {
    columns: [...SCORE_COLUMNS, ...COMPARED_COLUMNS],
    rows: shownEntries(records[0]!, withSubsets).flatMap(({ name, scores }) =>
      scores.flatMap(({ metric }) =>
        records.flatMap(({ model: { label }, ...record }) => {
          const entry = [...record.groups, ...record.tasks].find((candidate) => candidate.name === name)
          const score = entry?.scores.find((candidate) => candidate.metric === metric)
          if (!entry || !score) return []
          const { shotCount, itemCount } = entry
          return [[name, metric, shotCount, itemCount, splitCountOf(entry, record), label, score.value, score.standardError, ...compared(name, metric, label)]]
        }),
      ),
    ),
  }
}

/** Rows of the split of a task or of all subsets of a group; null if one is not known, or not reached in an incomplete run. */
function splitCountOf(
  entry: RunRecord['tasks'][number] | RunRecord['groups'][number],
  { tasks, isComplete }: Pick<RunRecord, 'tasks' | 'isComplete'>,
): number | null {
  if ('rowCount' in entry) return entry.rowCount
  if (!isComplete) return null
  const counts = tasks.flatMap(({ name, rowCount }) => (entry.members.includes(name) ? [rowCount] : []))
  return counts.reduce<number | null>((sum, rowCount) => (sum === null || rowCount === null ? null : sum + rowCount), 0)
}
