/** Finds stored runs by `[NAME=]PATH`: a results file, or a folder of results files. */
import { readdir, stat } from 'node:fs/promises'
import path from 'node:path'
import { nearFolder } from '../io/near-folder.ts'
import { isFolder, pathExists } from '../io/path-exists.ts'
import { StoreError } from '../errors.ts'

/** The results files of a path. */
export interface FoundResults {
  /** The name before `=`; undefined if none is given. */
  readonly label: string | undefined
  /** The path without that name. */
  readonly place: string
  /** Results files, the newest first: the file itself, or all complete runs of a folder. At least one. */
  readonly files: readonly string[]
  /** Interrupted runs of the folder that are later than its newest complete one; not among `files`. */
  readonly laterPartial: readonly string[]
}

/** Finds the files. Fails with StoreError if there are none, or runs of several models. */
export async function findResults(spec: string): Promise<FoundResults> {
  const { label, place } = await parseSpec(spec)
  const entry = await stat(place).catch(async (cause: unknown) => {
    const near = await nearFolder(place)
    const hint = 'Give a results_*.json file or its folder; `evalharness run` prints where it stores a run.'
    throw new StoreError(`no such run: ${place}`, near === undefined ? hint : `Did you mean ${near}? ${hint}`, { cause })
  })
  if (entry.isFile()) return { label, place, files: [place], laterPartial: [] }
  const folder = await folderOfRuns(place)
  const names = resultsNames(await listFolder(folder))
  const complete = names.filter((name) => !isPartial(name))
  const newest = complete[0]
  // An interrupted run is used only when there is no complete one.
  const chosen = newest === undefined ? names.slice(0, 1) : complete
  const later = newest === undefined ? [] : names.filter((name) => isPartial(name) && timeOf(name) > timeOf(newest))
  const inFolder = (list: readonly string[]) => list.map((name) => path.join(folder, name))
  return { label, place, files: inFolder(chosen), laterPartial: inFolder(later) }
}

/** The samples file of a task beside a results file, as evalharness or lm-eval names it: the first that exists, else null. */
export async function sampleFileOf(task: string, sanitizedTask: string, resultsFile: string): Promise<string | null> {
  const ending = endingOf(path.basename(resultsFile)) ?? ''
  // lm-eval uses a task's name unchanged; a name that is a path into another folder is not used.
  const names = [...new Set([sanitizedTask, ...(/[/\\]/u.test(task) ? [] : [task])])]
  for (const name of names) {
    const file = path.join(path.dirname(resultsFile), `samples_${name}${ending}.jsonl`)
    if (await pathExists(file)) return file
  }
  return null
}

/** The ending that a results file and its samples share: `_2026-01-02T03-04-05.000006`, with `.partial` of an interrupted run. Null for any other name. */
export function endingOf(name: string): string | null {
  return DATED.exec(name)?.[1] ?? /^results(.*)\.json$/u.exec(name)?.[1] ?? null
}

/** lm-eval names a file after `--output_path NAME.json`: `NAME_2026-….json`; it and evalharness otherwise write `results_2026-….json`. */
const DATED = /(_\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d(?:\.\d+)?Z?(?:\.partial)?)\.json$/u

/** Names of results files, the newest first. */
function resultsNames(names: readonly string[]): string[] {
  const plain = names.filter((name) => /^results.*\.json$/u.test(name))
  const results = plain.length > 0 ? plain : names.filter((name) => DATED.test(name))
  return results.toSorted((a, b) => (timeOf(a) === timeOf(b) ? compareTexts(b, a) : compareTexts(timeOf(b), timeOf(a))))
}

function timeOf(name: string): string {
  return (endingOf(name) ?? '').replace('.partial', '')
}

function isPartial(name: string): boolean {
  return name.endsWith('.partial.json')
}

function compareTexts(a: string, b: string): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}

/** `NAME=PATH`; an existing path that contains `=` is a path. */
async function parseSpec(spec: string): Promise<{ readonly label: string | undefined; readonly place: string }> {
  const [, label, place] = /^([^=/\\]+)=(.+)$/su.exec(spec) ?? []
  if (label === undefined || (await pathExists(spec))) return { label: undefined, place: spec }
  return { label, place: place! }
}

/** Folders of runs in a folder; none if it is not one. */
export async function foldersOfRuns(place: string): Promise<string[]> {
  const folders: string[] = []
  for (const name of await readdir(place).catch(() => [])) {
    const folder = path.join(place, name)
    if ((await isFolder(folder)) && resultsNames(await listFolder(folder)).length > 0) folders.push(folder)
  }
  return folders
}

/** The folder itself, or the only folder of results in it. */
async function folderOfRuns(place: string): Promise<string> {
  if (resultsNames(await listFolder(place)).length > 0) return place
  const folders = await foldersOfRuns(place)
  if (folders.length === 1) return folders[0]!
  if (folders.length > 1) throw new StoreError(`${place} has runs of several models`, `Give one of: ${folders.join(', ')}.`)
  throw new StoreError(`${place} has no results_*.json`, 'Give a results file or its folder.')
}

async function listFolder(folder: string): Promise<string[]> {
  return readdir(folder).catch((cause: unknown) => {
    throw new StoreError(`cannot read ${folder}`, 'Check the path and its permissions.', { cause })
  })
}
