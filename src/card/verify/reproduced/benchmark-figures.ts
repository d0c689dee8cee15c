/** A benchmark of a card, measured again. */
import type { AccuracyLine, ComparedScore, Comparison } from '../../../compare/comparison.ts'
import { scoreInterval } from '../../../compare/score-interval.ts'
import type { StatusProfile } from '../../../compare/status.ts'
import type { BenchmarkRow } from '../../read/benchmark-rows.ts'
import type { Printed } from '../../read/printed-cell.ts'
import { PERCENT, roundsTo } from '../checked-cell.ts'
import { lineOfRow } from '../line-of-row.ts'
import { judged, missing, UNKNOWN, type Measured, type ReproducedCell } from '../reproduced-cell.ts'
import { areSameItems, itemCells } from './item-counts.ts'

/** Items, chance, scores and retention of a row; chance as `profile` means it, null if the card does not say. */
export function benchmarkFigures(row: BenchmarkRow, comparison: Comparison, profile: StatusProfile | null): ReproducedCell[] {
  const { task, items, chance, original, variant, retention, retentionInterval } = row
  const line = lineOfRow(comparison.accuracies, row)
  const cell = line?.cells[0]
  const all = [items, chance, original, variant, retention].filter((figure) => figure !== null)
  if (!line || !cell) return all.map((figure) => missing(figure, `the runs have no ${task}`))
  const isSame = areSameItems(items, line)
  const [low, high] = cell.retentionInterval ?? UNKNOWN
  const retained: Measured = { value: (cell.retention ?? NaN) * PERCENT, interval: [low * PERCENT, high * PERCENT], unit: ' %' }
  return [
    ...itemCells(items, line, comparison),
    ...(chance ? [chanceCell(chance, { line, profile, isSame })] : []),
    scoreCell(original, line.original, line.itemCount),
    scoreCell(variant, cell.score, line.itemCount),
    ...(retention ? [judged(retention, retained, isSame ? retentionInterval : null)] : []),
  ]
}

/** The most frequent answer of other items is another. */
function chanceCell(figure: Printed, { line, profile, isSame }: { line: AccuracyLine; profile: StatusProfile | null; isSame: boolean }): ReproducedCell {
  if (!line.chance) return missing(figure, 'the runs do not say what guessing gives')
  if (!isSame) return missing(figure, 'the runs are of other items')
  const { uniform, baseline } = line.chance
  const shares = profile ? [line.chance[profile.nearChance?.chance ?? 'baseline'] ?? uniform] : [uniform, baseline]
  const share = shares.find((candidate) => roundsTo(figure, candidate * PERCENT)) ?? shares[0]!
  return judged(figure, { value: share * PERCENT, interval: UNKNOWN, unit: ' %' })
}

function scoreCell(figure: Printed, score: ComparedScore, itemCount: number | null): ReproducedCell {
  const [low, high] = scoreInterval(score, itemCount)
  return judged(figure, { value: score.value * PERCENT, interval: [low * PERCENT, high * PERCENT], unit: ' %' })
}
