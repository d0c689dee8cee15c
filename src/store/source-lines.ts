/** Which files a run was read from, for people. */
import { listNames } from '../text/list-names.ts'
import { shownPath } from '../text/shown-path.ts'
import type { StoredRun } from './stored-run.ts'

/** A line for each file of a run whose folder holds several; none if there was no choice. */
export function sourceLines({ label, sources = [] }: StoredRun): string[] {
  return sources.flatMap(({ file, tasks, newestOf }) => {
    if (newestOf === undefined) return []
    const what = sources.length > 1 ? `${listNames(tasks, 6)} from ` : ''
    return [`${label}: ${what}${shownPath(file)}${newestOf > 1 ? `, the newest of ${newestOf} runs` : ''}`]
  })
}
