/** Paths as a reader of a table or a record wants them. */
import path from 'node:path'

/** Relative to the current folder where it lies below it, else as it is: so a record of what ships or lies beside does not name a machine's folders. */
export function shownPath(file: string): string {
  const relative = path.relative('.', file)
  return relative.startsWith('..') || path.isAbsolute(relative) ? file : relative
}
