/** The response cache on disk: where it is, what it holds, and how it stays small. */
import { readdir, readFile, rm, stat } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { z } from 'zod'
import { finishBeforeExit } from '../io/at-exit.ts'
import { StoreError } from '../errors.ts'
import { parseJson } from '../io/parse-json.ts'
import { RECORD_BYTES } from './response-log.ts'
import { errorText } from '../text/error-text.ts'

/** Maximum size: sixteen million responses. The models that were used longest ago are removed first. */
export const MAX_BYTES = 2 ** 30

/** EVALHARNESS_CACHE, else `evalharness` in XDG_CACHE_HOME or ~/.cache, beside the hub's. */
export function defaultCacheFolder(): string {
  const { EVALHARNESS_CACHE, XDG_CACHE_HOME } = process.env
  const folder = EVALHARNESS_CACHE || path.join(XDG_CACHE_HOME || path.join(os.homedir(), '.cache'), 'evalharness')
  return folder.replace(/^~(?=$|[/\\])/u, os.homedir())
}

const descriptionSchema = z.object({
  model: z.string(),
  source: z.string(),
  /** As `Engine.responsesDependOn`. */
  engine: z.string(),
  /** Their hash. */
  weights: z.string(),
  /** As given after the source: `quantize=nf4`. Entries of versions up to 0.1 have none. */
  given: z.array(z.string()).default([]),
})
/** Whose responses a file holds, for people. */
export type Description = z.infer<typeof descriptionSchema>

/** One model's responses. */
export interface CachedModel {
  /** Names its files. */
  readonly id: string
  /** Null if the description is gone. */
  readonly description: Description | null
  readonly answerCount: number
  /** Of all its files. */
  readonly byteLength: number
  /** ISO 8601. */
  readonly usedAt: string
}

/** Folder of the responses below the cache's. */
export function responsesFolder(cache: string): string {
  return path.join(cache, 'answers')
}

/** A model's files, by its id. */
export function modelFiles(cache: string, id: string): { readonly log: string; readonly divergences: string; readonly description: string } {
  const place = path.join(responsesFolder(cache), id)
  return { log: `${place}.log`, divergences: `${place}.divergences`, description: `${place}.json` }
}

/** All models with cached responses, the last used first; none if there is no such folder. */
export async function listCache(cache: string): Promise<CachedModel[]> {
  const folder = responsesFolder(cache)
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException): string[] => {
    if (error.code === 'ENOENT') return []
    throw new StoreError(`cannot read the cache ${cache}: ${error.message}`, 'Give a folder with --cache DIR.', { cause: error })
  })
  const ids = new Set(names.map((name) => name.slice(0, name.indexOf('.'))).filter((id) => /^[0-9a-f]{32}$/u.test(id)))
  const models: CachedModel[] = []
  for (const id of ids) {
    const files = await Promise.all(
      names.filter((name) => name.startsWith(`${id}.`)).map(async (name) => ({ name, ...(await facts(path.join(folder, name))) })),
    )
    const log = files.find(({ name }) => name === `${id}.log`)
    models.push({
      id,
      description: await readDescription(modelFiles(cache, id).description),
      answerCount: Math.floor((log?.size ?? 0) / RECORD_BYTES),
      byteLength: files.reduce((sum, { size }) => sum + size, 0),
      usedAt: new Date(Math.max(...files.map(({ mtimeMs }) => mtimeMs))).toISOString(),
    })
  }
  return models.sort((a, b) => (a.usedAt < b.usedAt ? 1 : a.usedAt > b.usedAt ? -1 : 0))
}

/** Another process may have removed it meanwhile. */
async function facts(file: string): Promise<{ readonly size: number; readonly mtimeMs: number }> {
  return stat(file).catch(() => ({ size: 0, mtimeMs: 0 }))
}

async function readDescription(file: string): Promise<Description | null> {
  try {
    return descriptionSchema.parse(parseJson(await readFile(file, 'utf8')))
  } catch {
    return null
  }
}

/** What is not removed. */
export interface PruneRule {
  readonly maxBytes?: number
  /** Models that were not used since then are removed; milliseconds since 1970. */
  readonly usedSince?: number
}

/** Removes whole models, the longest unused first, until the rule holds; returns the removed ones. Never removes `spare`. Fails with StoreError. */
export async function pruneCache(cache: string, { maxBytes = Infinity, usedSince = -Infinity }: PruneRule, spare?: string): Promise<CachedModel[]> {
  const removed: CachedModel[] = []
  let total = 0
  for (const model of await listCache(cache)) {
    total += model.byteLength
    if (model.id === spare || (total <= maxBytes && Date.parse(model.usedAt) >= usedSince)) continue
    total -= model.byteLength
    await finishBeforeExit(() => removeModel(cache, model.id))
    removed.push(model)
  }
  return removed
}

async function removeModel(cache: string, id: string): Promise<void> {
  const folder = responsesFolder(cache)
  try {
    for (const name of await readdir(folder)) if (name.startsWith(`${id}.`)) await rm(path.join(folder, name), { force: true })
  } catch (cause) {
    throw new StoreError(`cannot remove cached responses in ${folder}: ${errorText(cause)}`, 'Check the permissions of the cache folder.', { cause })
  }
}
