/** The line of a comparison that a row of a card is of. */
import { isSameTask, plainName } from '../read/benchmark-name.ts'

/** The line whose task has the row's own name, else one that is the same benchmark; undefined if there is none. */
export function lineOfRow<Line extends { readonly task: string | null }>(
  lines: readonly Line[],
  row: { readonly name: string; readonly task: string },
): Line | undefined {
  const named = lines.filter((line): line is Line & { readonly task: string } => line.task !== null)
  return named.find(({ task }) => plainName(task) === plainName(row.name)) ?? named.find(({ task }) => isSameTask(row, task))
}
