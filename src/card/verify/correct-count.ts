/** Accuracies as counts: a score on n items is a number of correct items over n. */
import { knownSplit } from '../../compare/known-split.ts'
import type { BenchmarkRow } from '../read/benchmark-rows.ts'
import type { ItemCount, Printed } from '../read/printed-cell.ts'
import { PERCENT, roundsTo } from './checked-cell.ts'

/** The number of correct items that is nearest to a printed score. */
export interface CorrectCount {
  readonly correct: number
  readonly itemCount: number
  /** The score that it gives, in percent. */
  readonly percent: number
  /** Whether that rounds to the printed score. */
  readonly isExact: boolean
}

/** What is known of a score. */
interface Scored extends Pick<BenchmarkRow, 'task'> {
  readonly items: Pick<ItemCount, 'count'> | null
}

/** On the items that the card names, else on the published split; null if neither is known. */
export function correctCount({ task, items }: Scored, score: Printed): CorrectCount | null {
  const itemCount = items?.count ?? knownSplit(task)?.itemCount
  if (itemCount === undefined) return null
  const correct = Math.round((score.value / PERCENT) * itemCount)
  const percent = (correct / itemCount) * PERCENT
  const isShare = score.value >= 0 && score.value <= PERCENT
  return { correct, itemCount, percent, isExact: isShare && roundsTo(score, percent) }
}
