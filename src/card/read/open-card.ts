/** Cards from their files, and runs that are columns of cards. */
import { readFile } from 'node:fs/promises'
import { CardError, UsageError } from '../../errors.ts'
import { readRun } from '../../store/read-run.ts'
import type { StoredRun } from '../../store/stored-run.ts'
import { citedRun } from './cited-run.ts'
import { readCard, type Card } from './read-card.ts'

/** Reads and parses a card. Fails with CardError. */
export async function openCard(file: string): Promise<Card> {
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new CardError(`cannot read the card ${file}`, 'Give the README.md of a model.', { cause })
  })
  return readCard(text, file)
}

/**
 * Reads a stored run, or a column of a card as a run: FILE or FOLDER of evalharness or lm-eval, `CARD.md#original`,
 * `CARD.md#variant` or `CARD.md#NAME`; each may have a label, `LABEL=…`. Fails with StoreError, CardError or UsageError.
 */
export async function readRunOrColumn(place: string): Promise<StoredRun> {
  const [, label, file, column] = /^(?:([^=/\\]+)=)?(.+\.(?:md|markdown))(?:#(.+))?$/isu.exec(place) ?? []
  if (file === undefined) return readRun(place)
  if (column === undefined) throw new UsageError(`${place}: which column?`, `Give ${file}#original or ${file}#variant.`)
  const run = citedRun(await openCard(file), column, file)
  return label === undefined ? run : { ...run, label }
}

/**
 * Reads at least two runs for a comparison, the original first; runs of one label are numbered, so that a table can tell them
 * apart. Fails as `readRunOrColumn` does.
 */
export async function readRuns(places: readonly string[]): Promise<StoredRun[]> {
  if (places.length < 2)
    throw new UsageError(`a comparison needs at least two runs, got ${places.join(' ')}`, 'Give the original first, then one or more variants.')
  const runs: StoredRun[] = []
  for (const place of places) {
    const run = await readRunOrColumn(place)
    const alike = runs.filter(({ label }) => label === run.label || label.startsWith(`${run.label} (`)).length
    runs.push(alike === 0 ? run : { ...run, label: `${run.label} (${alike + 1})` })
  }
  return runs
}
