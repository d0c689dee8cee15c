/** Paths for tables and records. */
import path from 'node:path'
import { isWithin } from './is-within.ts'

/** Relative to the current folder for paths below it, else as it is: a record of files in the project does not name a machine's folders. */
export function shownPath(file: string): string {
  return isWithin('.', file) ? path.relative('.', file) : file
}
