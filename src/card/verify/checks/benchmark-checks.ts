/** The table of benchmarks: each score a number of correct items, each retention a quotient, each status what the figures give. */
import { knownSplit } from '../../../compare/known-split.ts'
import { count } from '../../../text/count.ts'
import type { BenchmarkRow } from '../../read/benchmark-rows.ts'
import type { Printed, PrintedInterval } from '../../read/printed-cell.ts'
import type { CardContext } from '../card-context.ts'
import { canBeQuotient, checked, isInside, PERCENT, undecided, type CheckedCell } from '../checked-cell.ts'
import { correctCount } from '../correct-count.ts'
import { statusCell } from './status-check.ts'

/** Every cell of every row. */
export function benchmarkCells({ figures, profile }: CardContext): CheckedCell[] {
  return figures.benchmarks.flatMap((row) => {
    const { original, variant, retention, retentionInterval, status } = row
    return [
      scoreCell(row, original),
      scoreCell(row, variant),
      ...(retention ? retentionCells(row, retention, retentionInterval) : []),
      ...(status ? [statusCell(row, status, profile)] : []),
    ]
  })
}

function scoreCell(row: BenchmarkRow, score: Printed): CheckedCell {
  const check = 'a number of correct items'
  const nearest = correctCount(row, score)
  if (nearest === null) return undecided(score, check, 'the number of items is not known')
  const { correct, itemCount, percent, isExact } = nearest
  const expected = `${percent.toFixed(score.digits)} is ${count(correct)} of ${count(itemCount)}`
  // Other metrics, and means over subsets, are not such numbers.
  return isExact || knownSplit(row.task) ? checked(score, check, isExact, expected) : undecided(score, check, expected)
}

function retentionCells({ original, variant }: BenchmarkRow, retention: Printed, interval: PrintedInterval | null): CheckedCell[] {
  const isQuotient = canBeQuotient(retention, variant, original, PERCENT)
  const quotient = checked(retention, 'variant ÷ original', isQuotient, `${((variant.value / original.value) * PERCENT).toFixed(1)} %`)
  return interval === null || isInside(retention, interval) ? [quotient] : [quotient, checked(retention, 'within its interval', false, 'between the bounds')]
}
