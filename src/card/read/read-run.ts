/** Reads runs from stored files, or from columns of model cards. */
import { UsageError } from '../../errors.ts'
import { foldersOfRuns } from '../../store/find-results.ts'
import { readStoredRun } from '../../store/read-stored-run.ts'
import type { StoredRun } from '../../store/stored-run.ts'
import { citedRun } from './cited-run.ts'
import { openCard } from './open-card.ts'

/**
 * Reads a stored run, or a column of a card as a run: FILE or FOLDER of evalharness or lm-eval, `CARD.md#original`,
 * `CARD.md#variant` or `CARD.md#NAME`; each may have a label, `LABEL=…`. Fails with StoreError, CardError or UsageError.
 */
export async function readRun(place: string): Promise<StoredRun> {
  const [, label, file, column] = /^(?:([^=/\\]+)=)?(.+\.(?:md|markdown))(?:#(.+))?$/isu.exec(place) ?? []
  if (file === undefined) return readStoredRun(place)
  if (column === undefined) throw new UsageError(`${place}: which column?`, `Give ${file}#original or ${file}#variant.`)
  const run = citedRun(await openCard(file), column, file)
  return label === undefined ? run : { ...run, label }
}

/**
 * Reads at least two runs for a comparison, the original first; runs of one label are numbered, so that a table can tell them
 * apart. Fails as `readRun` does.
 */
export async function readRuns(places: readonly string[]): Promise<StoredRun[]> {
  if (places.length < 2) {
    const folders = await foldersOfRuns(places[0] ?? '')
    const hint = folders.length > 1 ? `There are several in it: ${folders.join(' ')}. ` : ''
    throw new UsageError(`a comparison needs at least two runs, got ${places.join(' ')}`, `${hint}Give the original first, then one or more variants.`)
  }
  const runs: StoredRun[] = []
  for (const place of places) {
    const run = await readRun(place)
    const alike = runs.filter(({ label }) => label === run.label || label.startsWith(`${run.label} (`)).length
    runs.push(alike === 0 ? run : { ...run, label: `${run.label} (${alike + 1})` })
  }
  return runs
}
