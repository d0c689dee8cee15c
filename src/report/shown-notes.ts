/** Notes of a comparison as reports show them. */
import type { AccuracyLine, Comparison } from '../compare/comparison.ts'
import { counted } from '../text/count.ts'
import { listNames } from '../text/list-names.ts'

/** Below this number of items, intervals of accuracies are wide enough to surprise. */
const FEW_ITEMS = 100
/** Most tasks that a note names. */
const MOST_NAMES = 3

/** The comparison's own notes, and one that explains the intervals of few items. It is not stored: it says nothing about the runs. */
export function shownNotes({ notes, accuracies }: Pick<Comparison, 'notes' | 'accuracies'>): string[] {
  const few = accuracies.flatMap((line) => (hasFewItems(line) ? [`${line.task} (${counted(line.itemCount!, 'item')})`] : []))
  if (few.length === 0) return [...notes]
  const names = listNames([...new Set(few)], MOST_NAMES)
  return [...notes, `intervals of ${names} are wide: on other items of the kind the original may score less and the variant more; more items narrow them`]
}

function hasFewItems({ itemCount, cells }: AccuracyLine): boolean {
  return itemCount !== null && itemCount < FEW_ITEMS && cells.some((cell) => cell?.differenceInterval)
}
