/** Which files a run was read from, for people. */
import path from 'node:path'
import { listNames } from '../text/list-names.ts'
import type { StoredRun } from './stored-run.ts'

/** A line for each file of a run whose folder holds several; none if there was no choice. */
export function sourceLines({ label, sources = [] }: StoredRun): string[] {
  return sources.flatMap(({ file, tasks, newestOf }) => {
    if (newestOf === undefined) return []
    const what = sources.length > 1 ? `${listNames(tasks, 6)} from ` : ''
    // The folder is known to the reader; JSON output has the whole path.
    const shown = path.join(path.basename(path.dirname(file)), path.basename(file))
    return [`${label}: ${what}${shown}${newestOf > 1 ? `, the newest of ${newestOf} runs` : ''}`]
  })
}
