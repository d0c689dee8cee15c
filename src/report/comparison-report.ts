/** The report of a comparison: `compare`, `report`, and `run` with several models. */
import type { RootContent } from 'mdast'
import type { ComparedRuns } from '../compare/compare-runs.ts'
import type { AccuracyLine, Comparison, Interval, PerplexityLine } from '../compare/comparison.ts'
import { hasStatus } from '../compare/status.ts'
import { flippedItems } from '../compare/flips.ts'
import { alignedTable, paragraph } from '../text/markdown.ts'
import { divergenceTable } from './divergence-cells.ts'
import { withDivergences } from './divergence-records.ts'
import type { ComparisonReport, Records } from './formats/report-format.ts'
import { accuracyTable, averageLines, perplexityTable, withShortNames } from './retention-cells.ts'
import { shownNotes } from './shown-notes.ts'
import { retentionTable } from './terminal/retention-table.ts'

/** The report of a comparison with the runs that it compared, the original first. */
export function comparisonReport({ runs, ...comparison }: ComparedRuns): ComparisonReport {
  const [original, ...variants] = runs
  return {
    comparison,
    flips: () => comparison.accuracies.flatMap((line) => variants.flatMap((variant) => flippedItems(line, original!, variant))),
    tables: (columns) => retentionTable(comparison, columns),
    blocks: () => comparisonBlocks(comparison),
    records: () => withDivergences(comparisonRecords(comparison), comparison),
    data: () => comparison,
    notes: shownNotes(comparison),
  }
}

/** Tables, averages and notes as Markdown; the original's score is repeated for each variant. */
export function comparisonBlocks(stored: Comparison): RootContent[] {
  const comparison = withShortNames(stored)
  return [
    ...[accuracyTable(comparison), perplexityTable(comparison), divergenceTable(comparison)].filter(({ rows }) => rows.length > 0).map(alignedTable),
    ...averageLines(comparison).map(paragraph),
    ...shownNotes(comparison).map((note) => paragraph(`Note: ${note}`)),
  ]
}

/** A score and where it comes from. */
export const SCORE_COLUMNS = ['task', 'metric', 'shots', 'items', 'split_items', 'model', 'score', 'standard_error'] as const

/** How a score relates to the original's, on the items that both have; empty for the original. */
export const COMPARED_COLUMNS = [
  'compared_items',
  'original_score',
  'difference',
  'difference_low',
  'difference_high',
  'retention',
  'retention_low',
  'retention_high',
  'over_chance',
  'lost',
  'gained',
  'p',
  'p_holm',
  'ratio',
  'ratio_low',
  'ratio_high',
  'nats',
  'nats_low',
  'nats_high',
  'status',
] as const

/** A row for each task, metric and model, the original first. */
function comparisonRecords(comparison: Comparison): Records {
  const { original, variants, accuracies, perplexities } = comparison
  const lines = [...accuracies, ...perplexities]
  return {
    columns: [...SCORE_COLUMNS, ...COMPARED_COLUMNS],
    rows: lines.flatMap((line) => {
      const lead = [line.task, line.metric, 'shotCount' in line ? line.shotCount : null, line.itemCount, line.splitCount]
      const first = [...lead, original.label, line.original.value, line.original.standardError, ...notCompared()]
      const others = variants.flatMap(({ label }, variant) => {
        const score = line.cells[variant]?.score
        return score ? [[...lead, label, score.value, score.standardError, ...comparedValues(line, variant)]] : []
      })
      return [first, ...others]
    }),
  }
}

/** Values of COMPARED_COLUMNS for a variant of a line. */
export function comparedValues(line: AccuracyLine | PerplexityLine, variant: number): (string | number | null)[] {
  const values: Partial<Record<(typeof COMPARED_COLUMNS)[number], string | number | null>> = {
    compared_items: line.itemCount,
    original_score: line.original.value,
    ...('chance' in line ? accuracyValues(line, variant) : perplexityValues(line, variant)),
  }
  return COMPARED_COLUMNS.map((column) => values[column] ?? null)
}

/** The same for a score that is not compared. */
export function notCompared(): null[] {
  return COMPARED_COLUMNS.map(() => null)
}

function accuracyValues({ cells }: AccuracyLine, variant: number): Record<string, string | number | null> {
  const cell = cells[variant]
  if (!cell) return {}
  return {
    difference: cell.difference,
    ...boundsOf('difference', cell.differenceInterval),
    retention: cell.retention,
    ...boundsOf('retention', cell.retentionInterval),
    over_chance: cell.adjustedRetention,
    lost: cell.flips && cell.flips.lost,
    gained: cell.flips && cell.flips.gained,
    p: cell.pValue,
    p_holm: cell.adjustedPValue,
    status: hasStatus(cell) ? cell.status.name : null,
  }
}

function perplexityValues({ cells }: PerplexityLine, variant: number): Record<string, number | null> {
  const cell = cells[variant]
  if (!cell) return {}
  return { ratio: cell.ratio, ...boundsOf('ratio', cell.ratioInterval), nats: cell.nats, ...boundsOf('nats', cell.natsInterval) }
}

function boundsOf(name: string, interval: Interval | null): Record<string, number | null> {
  return { [`${name}_low`]: interval && interval[0], [`${name}_high`]: interval && interval[1] }
}
