/** The report of a layer scan. */
import type { LayerScan } from '../../prune/scan/layer-scan.ts'
import { alignedTable, paragraph } from '../../text/markdown.ts'
import type { Records, Report } from '../formats/report-format.ts'
import { scanLines, scanTable, scanTerminalTable } from './scan-cells.ts'

/** The report; its JSON is the record. */
export function scanReport(scan: LayerScan): Report {
  return {
    tables: (columns) => [scanTerminalTable(scan, columns), ...scanLines(scan), ...scan.notes.map((note) => `note: ${note}`)].join('\n'),
    blocks: () => [alignedTable(scanTable(scan)), ...scanLines(scan).map(paragraph), ...scan.notes.map((note) => paragraph(`Note: ${note}`))],
    records: () => scanRecords(scan),
    data: () => scan,
    notes: scan.notes,
  }
}

const COLUMNS = [
  'first_layer',
  'last_layer',
  'influence',
  'damage',
  'task',
  'metric',
  'items',
  'original_score',
  'score',
  'loss',
  'loss_low',
  'loss_high',
] as const

/** A row for each unit and task. */
function scanRecords({ tasks, units }: LayerScan): Records {
  return {
    columns: COLUMNS,
    rows: units.flatMap(({ first, last, influence, damage, cells }) =>
      cells.map(({ score, loss, lossInterval }, index) => {
        const { task, metric, items, score: original } = tasks[index]!
        return [first, last, influence, damage, task, metric, items, original, score, loss, lossInterval?.[0] ?? null, lossInterval?.[1] ?? null]
      }),
    ),
  }
}
