/** Reads stored runs by `[NAME=]PATH`: a results file, or a folder's newest run of each task. */
import { StoreError } from '../errors.ts'
import { shownPath } from '../text/shown-path.ts'
import { combineRuns } from './combine-runs.ts'
import { findResults } from './find-results.ts'
import { openResults, type OpenedResults } from './read-results.ts'
import type { StoredRun } from './stored-run.ts'

/**
 * Reads `[NAME=]PATH`: a results file with the samples beside it, or a folder, of which each task's newest complete run is taken.
 * With `wanted`, only the runs of a folder that hold one of these tasks or groups; all if none does. Fails with StoreError on files that are missing, malformed, or cannot be combined.
 */
export async function readStoredRun(spec: string, wanted?: ReadonlySet<string>): Promise<StoredRun> {
  const { label, place, files, laterPartial } = await findResults(spec)
  const [newest, ...older] = files
  const runs = [await openResults(newest!)]
  const notes = laterPartial.map((file) => `${shownPath(file)} is newer, but was interrupted, so it is left out`)
  for (const file of older) {
    const run = await openOlder(file)
    if (typeof run === 'string') notes.push(run)
    else runs.push(run)
  }
  const isFile = newest === place
  const run = isFile ? await runs[0]!.read() : await combineRuns(runs, place, wanted)
  return { ...run, label: label ?? run.label, notes }
}

/** A damaged file of an earlier run does not make the newest one unreadable; it gives a note. */
async function openOlder(file: string): Promise<OpenedResults | string> {
  return openResults(file).catch((error: unknown) => {
    if (!(error instanceof StoreError)) throw error
    return `${shownPath(file)}, an earlier run, is left out: ${error.message}`
  })
}
