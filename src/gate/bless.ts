/** Makes a run the baseline: a copy under a name. */
import { copyFile, readdir, rename, rm } from 'node:fs/promises'
import path from 'node:path'

import { finishBeforeExit, removeAtExit } from '../io/at-exit.ts'
import { GateError } from '../errors.ts'
import { endingOf } from '../store/find-results.ts'
import { sanitizedName } from '../store/sanitized-name.ts'
import type { StoredRun } from '../store/stored-run.ts'
import { listNames } from '../text/list-names.ts'
import { didYouMean } from '../text/nearest-name.ts'
import { errorText } from '../text/error-text.ts'
import { pathExists } from '../io/path-exists.ts'
import { makeFolder } from '../io/make-folder.ts'

/** Default folder of baselines. */
export const BASELINES = 'results/baselines'

/**
 * Copies the results and samples that a run was read from to `folder/name`, and returns that path. Fails with GateError on an interrupted run, or on a
 * name that is taken unless `force`.
 */
export async function blessRun(run: StoredRun, name: string, { folder, force }: { readonly folder: string; readonly force: boolean }): Promise<string> {
  if (!run.isComplete) throw new GateError(`${run.file} was interrupted, so it cannot be a baseline`, 'Score the model to the end first.')
  const target = path.join(folder, sanitizedName(name))
  const isTaken = await pathExists(target)
  if (isTaken && !force) throw new GateError(`there is a baseline ${target}`, 'Give --force to replace it, or another --name.')
  const files: string[] = []
  for (const { file } of run.sources ?? [{ file: run.file }]) files.push(file, ...(await samplesBeside(file)))
  const temporary = `${target}.${process.pid}.tmp`
  removeAtExit(temporary)
  try {
    await finishBeforeExit(async () => {
      await makeFolder(temporary)
      for (const file of files) await copyFile(file, path.join(temporary, path.basename(file)))
      await putInPlace(temporary, target, isTaken)
    })
  } catch (cause) {
    await rm(temporary, { recursive: true, force: true })
    throw new GateError(`cannot write the baseline ${target}: ${errorText(cause)}`, 'Give a writable folder with --baselines.', { cause })
  }
  return target
}

/** The samples of a results file. Fails with GateError if its name does not say which they are. */
async function samplesBeside(file: string): Promise<string[]> {
  const ending = endingOf(path.basename(file))
  if (ending === null) throw new GateError(`${file} is not called results_*.json`, 'Give a file that evalharness or lm-eval wrote, under its own name.')
  const folder = path.dirname(file)
  // A link may point to a file that must not be committed.
  const names = (await readdir(folder, { withFileTypes: true })).flatMap((entry) => (entry.isFile() ? [entry.name] : []))
  return names.filter((name) => name.startsWith('samples_') && name.endsWith(`${ending}.jsonl`)).map((name) => path.join(folder, name))
}

async function putInPlace(temporary: string, target: string, isTaken: boolean): Promise<void> {
  if (isTaken) await rm(target, { recursive: true })
  await rename(temporary, target)
}

/**
 * The folder of the baseline of that name, or the argument itself if it is a path. Fails with GateError, with the nearest name and the blessed
 * baselines, if it is neither.
 */
export async function findBaseline(baseline: string, folder: string): Promise<string> {
  const name = sanitizedName(baseline)
  if (await pathExists(baseline)) return baseline
  if (await pathExists(path.join(folder, name))) return `${name}=${path.join(folder, name)}`
  // NAME=PATH, and paths that do not exist, have errors of their own.
  if (/[=/\\]/u.test(baseline)) return baseline
  const known = await readdir(folder).catch(() => [])
  throw new GateError(
    `no baseline ${JSON.stringify(baseline)} in ${folder}`,
    `${didYouMean(baseline, known)}${known.length === 0 ? 'None is blessed yet: evalharness gate bless results/NAME.' : `There are: ${listNames(known, 20)}.`} Or give the file or folder of a run.`,
  )
}
