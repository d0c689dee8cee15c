/** A benchmark of a card, measured again. */
import type { ComparedScore, Comparison } from '../../../compare/comparison.ts'
import { scoreInterval } from '../../../compare/score-interval.ts'
import type { BenchmarkRow } from '../../read/benchmark-rows.ts'
import type { Printed } from '../../read/printed-cell.ts'
import { PERCENT } from '../checked-cell.ts'
import { lineOfRow } from '../line-of-row.ts'
import { judged, missing, UNKNOWN, type ReproducedCell } from '../reproduced-cell.ts'

/** The scores and the retention of a row. */
export function benchmarkFigures(row: BenchmarkRow, { accuracies }: Comparison): ReproducedCell[] {
  const { task, original, variant, retention } = row
  const line = lineOfRow(accuracies, row)
  const cell = line?.cells[0]
  const all = [original, variant, ...(retention ? [retention] : [])]
  if (!line || !cell) return all.map((figure) => missing(figure, `the runs have no ${task}`))
  const [low, high] = cell.retentionInterval ?? UNKNOWN
  return [
    scoreCell(original, line.original, line.itemCount),
    scoreCell(variant, cell.score, line.itemCount),
    ...(retention ? [judged(retention, (cell.retention ?? NaN) * PERCENT, [low * PERCENT, high * PERCENT], ' %')] : []),
  ]
}

function scoreCell(figure: Printed, score: ComparedScore, itemCount: number | null): ReproducedCell {
  const [low, high] = scoreInterval(score, itemCount)
  return judged(figure, score.value * PERCENT, [low * PERCENT, high * PERCENT], ' %')
}
