/**
 * The run manifest: the options of a run, stored beside its results until they are complete, so that an interrupted run can be
 * resumed. run-options.ts marks the options that it has.
 */
import { readdir, readFile, rm, stat } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import { StoreError } from '../errors.ts'
import { parseJson } from '../io/parse-json.ts'
import { isWithin } from '../text/is-within.ts'
import { writeWhole } from '../io/write-atomically.ts'
import { scoringOptions, type ScoringOptions } from './run-options.ts'

/** Strict: a manifest of a later version may have options that decide the numbers and are unknown here. */
const optionsSchema = z.strictObject(scoringOptions.shape)
/** Manifests of versions up to 0.1 call the options `order`. */
const fileSchema = z.union([
  z.object({ folder: z.string(), options: optionsSchema, partialFiles: z.array(z.string()).default([]) }),
  z.object({ folder: z.string(), order: optionsSchema }).transform(({ folder, order }) => ({ folder, options: order, partialFiles: [] })),
])

/**
 * The manifest of a run in progress. Disposing of it removes the file unless it must remain: a run that failed on its input
 * leaves nothing to resume.
 */
export interface OpenManifest extends AsyncDisposable {
  /** Keeps the file from now on: something was scored. */
  keep(): void
  /** Names the files of a cut run, which go when its results are complete. Fails with StoreError. */
  addPartial(files: readonly string[]): Promise<void>
  /** The results are complete: removes the file, and what earlier attempts with the same options left: their manifests and partial results. */
  finish(): Promise<void>
}

/** Writes `unfinished_TIME-PID.json` into the results folder. Fails with StoreError. */
export async function beginManifest(options: ScoringOptions): Promise<OpenManifest> {
  const folder = options.output
  const content = { folder: process.cwd(), options }
  const file = path.join(folder, `unfinished_${new Date().toISOString().replaceAll(':', '-')}-${process.pid}.json`)
  const partialFiles: string[] = []
  const write = () => writeWhole(file, [`${JSON.stringify({ ...content, ...(partialFiles.length > 0 && { partialFiles }) }, null, 2)}\n`])
  await write()
  let isKept = false
  return {
    keep() {
      isKept = true
    },
    async addPartial(files) {
      partialFiles.push(...files.map((each) => path.relative(folder, each)))
      await write()
    },
    async finish() {
      isKept = false
      for (const other of await unfinishedFiles(folder)) await removeAttempt(other, content, folder)
    },
    async [Symbol.asyncDispose]() {
      if (!isKept) await rm(file, { force: true })
    },
  }
}

/**
 * The manifest that `place` names: a results folder, whose newest one is taken, or a file in it or in a model's folder. Fails
 * with StoreError.
 */
export async function readManifest(place: string): Promise<{ readonly file: string; readonly options: ScoringOptions }> {
  const file = await findUnfinished(place)
  const checked = fileSchema.safeParse(contentOf(await readFile(file, 'utf8')))
  if (!checked.success)
    throw new StoreError(
      `${file} is not a run manifest of this version: ${z.prettifyError(checked.error)}`,
      'Give the options of the run again instead of --resume.',
    )
  const { folder, options } = checked.data
  if (folder !== process.cwd())
    throw new StoreError(`the run of ${file} was started in ${folder}`, 'Its paths are relative to that folder: change to it first.')
  return { file, options }
}

async function findUnfinished(place: string): Promise<string> {
  if (/^unfinished_.*\.json$/u.test(path.basename(place)) && (await stat(place).catch(() => undefined))?.isFile()) return place
  for (const folder of [place, path.dirname(place), path.dirname(path.dirname(place))]) {
    const newest = (await unfinishedFiles(folder)).at(-1)
    if (newest !== undefined) return newest
  }
  throw new StoreError(`no unfinished run in ${place}`, 'Give the results folder of an interrupted run; a complete run leaves nothing to resume.')
}

async function unfinishedFiles(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch(() => [])
  return names
    .filter((name) => /^unfinished_.*\.json$/u.test(name))
    .sort()
    .map((name) => path.join(folder, name))
}

/** Removes the manifest of an attempt at the same run, with its partial results in the same folder. */
async function removeAttempt(
  manifest: string,
  { folder, options }: { readonly folder: string; readonly options: ScoringOptions },
  output: string,
): Promise<void> {
  const { success, data } = fileSchema.safeParse(contentOf(await readFile(manifest, 'utf8').catch(() => '')))
  // As text, so that an option that is undefined is one that is not there.
  if (!success || data.folder !== folder || JSON.stringify(data.options) !== JSON.stringify(optionsSchema.parse(options))) return
  for (const name of data.partialFiles) {
    const file = path.resolve(output, name)
    if (/\.partial\.jsonl?$/u.test(file) && isWithin(path.resolve(output), file)) await rm(file, { force: true })
  }
  await rm(manifest, { force: true })
}

/** Undefined if the text is not JSON. */
function contentOf(text: string): unknown {
  try {
    return parseJson(text)
  } catch {
    return undefined
  }
}
