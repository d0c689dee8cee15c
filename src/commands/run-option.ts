/** Runs as commands are given them: stored ones, and columns of cards. */
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { listNames } from '../text/list-names.ts'
import { citedRun } from '../card/read/cited-run.ts'
import { readCard, type Card } from '../card/read/read-card.ts'
import { CardError, UsageError } from '../errors.ts'
import { readRun } from '../store/read-run.ts'
import type { StoredRun } from '../store/stored-run.ts'

/** At least two runs; those that are called alike are numbered, so that a table can tell them apart. `tell` is given the files that are used. */
export async function readRuns(specs: readonly string[], tell: (line: string) => void = () => {}): Promise<StoredRun[]> {
  if (specs.length < 2) throw new UsageError(`one run is no comparison: ${specs.join(' ')}`, 'Give the original first, then one or more variants.')
  const runs: StoredRun[] = []
  for (const spec of specs) {
    const run = await readCardOrRun(spec)
    const alike = runs.filter(({ label }) => label === run.label || label.startsWith(`${run.label} (`)).length
    runs.push(alike === 0 ? run : { ...run, label: `${run.label} (${alike + 1})` })
  }
  for (const run of runs) for (const line of sourceLines(run)) tell(line)
  return runs
}

/** The files of a run, where a folder was given that holds several; nothing where there was no choice to make. */
export function sourceLines({ label, sources = [] }: StoredRun): string[] {
  return sources.flatMap(({ file, tasks, newestOf }) => {
    if (newestOf === undefined) return []
    const what = sources.length > 1 ? `${listNames(tasks, 6)} from ` : ''
    // The folder was given, perhaps by one above it: its name and the file's are enough, and JSON has the whole path.
    const shown = path.join(path.basename(path.dirname(file)), path.basename(file))
    return [`${label}: ${what}${shown}${newestOf > 1 ? `, the newest of ${newestOf} runs` : ''}`]
  })
}

/** `CARD.md#original`, `CARD.md#variant`, `CARD.md#NAME` of one of several models, or a run. */
export async function readCardOrRun(spec: string): Promise<StoredRun> {
  const [, label, file, column] = /^(?:([^=/\\]+)=)?(.+\.(?:md|markdown))(?:#(.+))?$/isu.exec(spec) ?? []
  if (file === undefined) return readRun(spec)
  if (column === undefined) throw new UsageError(`${spec}: which column?`, `Give ${file}#original or ${file}#variant.`)
  const run = citedRun(await openCard(file), column, file)
  return label === undefined ? run : { ...run, label }
}

/** A card, parsed. Fails with CardError. */
export async function openCard(file: string): Promise<Card> {
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new CardError(`cannot read the card ${file}`, 'Give the README.md of a model.', { cause })
  })
  return readCard(text, file)
}
