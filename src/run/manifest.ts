/** What a run was asked, kept beside its results until they are complete: so a run that was cut, however, can be gone on with. */
import { readdir, readFile, rm, stat } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import { StoreError } from '../errors.ts'
import { parseJson } from '../io/parse-json.ts'
import { writeWhole } from '../io/write-atomically.ts'

const orderSchema = z.object({
  model: z.array(z.string()),
  tasks: z.array(z.string()),
  taskFile: z.array(z.string()),
  dataDir: z.string().optional(),
  data: z.array(z.string()),
  numFewshot: z.string().optional(),
  limit: z.number().optional(),
  samples: z.string().optional(),
  seed: z.number(),
  maxLength: z.number().optional(),
  rollingBos: z.string().optional(),
  batchTokens: z.string(),
  memory: z.string().optional(),
  threads: z.number().optional(),
  device: z.string(),
  dtype: z.string().optional(),
  output: z.string(),
  cache: z.union([z.string(), z.literal(false)]).optional(),
})
const fileSchema = z.object({ folder: z.string(), order: orderSchema })

/** The options of `run` that decide its numbers, as the user gave them. */
export type RunOrder = z.infer<typeof orderSchema>

/** An order whose run goes on. Disposing of it removes the file unless it is to be kept: bad input leaves nothing to go on with. */
export interface OpenOrder extends AsyncDisposable {
  /** Something was scored. */
  keep(): void
  /** The results are complete: removes the file, and those that earlier tries of the same order left. */
  finish(): Promise<void>
}

/** Writes `unfinished_TIME-PID.json` into the results folder. Fails with StoreError. */
export async function beginOrder(folder: string, order: { readonly [name in keyof RunOrder]: RunOrder[name] | undefined }): Promise<OpenOrder> {
  const text = JSON.stringify({ folder: process.cwd(), order }, null, 2)
  const file = path.join(folder, `unfinished_${new Date().toISOString().replaceAll(':', '-')}-${process.pid}.json`)
  await writeWhole(file, [`${text}\n`])
  let isKept = false
  return {
    keep() {
      isKept = true
    },
    async finish() {
      isKept = false
      for (const other of await unfinishedFiles(folder)) {
        const alike = await readFile(other, 'utf8').catch(() => '')
        if (alike.trimEnd() === text) await rm(other, { force: true })
      }
    },
    async [Symbol.asyncDispose]() {
      if (!isKept) await rm(file, { force: true })
    },
  }
}

/** The order of the run that `place` names: a results folder, whose newest unfinished run is taken, or a file in it or in a model's folder. Fails with StoreError. */
export async function readUnfinished(place: string): Promise<{ readonly file: string; readonly order: RunOrder }> {
  const file = await findUnfinished(place)
  const checked = fileSchema.safeParse(contentOf(await readFile(file, 'utf8')))
  if (!checked.success) throw new StoreError(`${file} is not what a run leaves: ${z.prettifyError(checked.error)}`, 'Give the command of the run again.')
  const { folder, order } = checked.data
  if (folder !== process.cwd()) throw new StoreError(`the run of ${file} was started in ${folder}`, `Its paths are relative to that folder: go there first.`)
  return { file, order }
}

async function findUnfinished(place: string): Promise<string> {
  if (/^unfinished_.*\.json$/u.test(path.basename(place)) && (await stat(place).catch(() => undefined))?.isFile()) return place
  for (const folder of [place, path.dirname(place), path.dirname(path.dirname(place))]) {
    const newest = (await unfinishedFiles(folder)).at(-1)
    if (newest !== undefined) return newest
  }
  throw new StoreError(`no unfinished run in ${place}`, 'Give the results folder of a run that was cut; one that is complete leaves nothing to go on with.')
}

async function unfinishedFiles(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch(() => [])
  return names
    .filter((name) => /^unfinished_.*\.json$/u.test(name))
    .sort()
    .map((name) => path.join(folder, name))
}

/** Undefined where it is no JSON. */
function contentOf(text: string): unknown {
  try {
    return parseJson(text)
  } catch {
    return undefined
  }
}
