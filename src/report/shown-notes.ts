/** Notes of a comparison as reports show them. */
import type { AccuracyLine, Comparison } from '../compare/comparison.ts'

/** Below this number of items, intervals of accuracies are wide enough to surprise. */
const FEW_ITEMS = 100

/** The comparison's own notes, and one that explains the intervals of few items. It is not stored: it says nothing about the runs. */
export function shownNotes({ notes, accuracies }: Pick<Comparison, 'notes' | 'accuracies'>): string[] {
  if (!accuracies.some(hasFewItems)) return [...notes]
  return [...notes, `intervals of fewer than ${FEW_ITEMS} items are wide: on other items the original may score less, the variant more`]
}

function hasFewItems({ itemCount, cells }: AccuracyLine): boolean {
  return itemCount !== null && itemCount < FEW_ITEMS && cells.some((cell) => cell?.differenceInterval)
}
