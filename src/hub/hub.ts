/** Repositories of the Hugging Face hub: pinned to a commit, and fetched into the cache that Python uses too. */
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { datasetInfo, downloadFileToCacheDir, listFiles, modelInfo } from '@huggingface/hub'
import pLimit from 'p-limit'
import { z } from 'zod'
import { HubError } from '../errors.ts'
import { printable } from '../text/printable.ts'
import { cacheFolder, isCached, readListing, readRef, snapshotFiles, snapshotFolder, writeListing, writeRef } from './cache.ts'
import { checkBlob } from './check-blob.ts'
import { quietly } from './quietly.ts'
import { checkedPath, checkName, isCommit, type Repository, type RepositoryName } from './repository.ts'
import { hubToken } from './token.ts'
import { access, request, endpoint, HubUnreachableError, isOffline } from './requests.ts'

export type { Repository } from './repository.ts'
export { HubNotFoundError } from './requests.ts'

/** A model repository on disk. */
export interface ModelSnapshot {
  readonly folder: string
  /** Commit. */
  readonly revision: string
}

const PARALLEL_DOWNLOADS = 4
const DEFAULT_REVISION = 'main'

/** Files of a model besides its weights; other files of a repository are not fetched. */
const MODEL_FILES =
  /^(?:(?:config|generation_config|tokenizer|tokenizer_config|special_tokens_map|added_tokens)\.json|(?:chat_template|additional_chat_templates\/[^/]+)\.jinja)$/u
/** Files of a tokenizer, with its chat templates. */
const TOKENIZER_FILES =
  /^(?:(?:config|tokenizer|tokenizer_config|special_tokens_map|added_tokens)\.json|(?:chat_template|additional_chat_templates\/[^/]+)\.jinja)$/u
const CONFIG = 'config.json'
const WEIGHTS = 'model.safetensors'
const WEIGHTS_INDEX = 'model.safetensors.index.json'
const indexSchema = z.looseObject({ weight_map: z.record(z.string(), z.string()) })

/** Resolved repositories, by everything that the result depends on. */
const resolved = new Map<string, Promise<Repository>>()

/**
 * Pins a repository to the commit that `revision` names now. It queries the hub once per process, so that all parts of a run have the same commit. Offline the cache
 * gives the commit; also, with a warning, when the hub is unreachable and the cache has the list of files of that commit. Fails with HubError.
 */
export async function resolveRepository(type: Repository['type'], name: string, revision = DEFAULT_REVISION): Promise<Repository> {
  checkName({ type, name }, revision)
  if (isCommit(revision)) return { type, name, commit: revision }
  if (isOffline()) return { type, name, commit: await cachedCommit({ type, name }, revision) }
  const key = JSON.stringify([endpoint(), cacheFolder(), hubToken()?.value, type, name, revision])
  const known = resolved.get(key)
  if (known) return known
  const requested = requestCommit({ type, name }, revision).then((commit) => ({ type, name, commit }))
  resolved.set(key, requested)
  requested.catch(() => resolved.delete(key))
  return requested
}

/** Paths of a repository's files, with forward slashes, sorted. Offline the listing of the cache, else the files that it has. Fails with HubError. */
export async function listRepository(repository: Repository): Promise<string[]> {
  // The files of a commit never change, so the listing is requested once.
  const cached = await readListing(repository)
  if (cached) return cached
  if (isOffline()) return cachedFiles(repository)
  const files = await request({ ...repository, revision: repository.commit }, () => requestListing(repository))
  // Without this file only offline use has less information. A cache that cannot be written fails with the files themselves.
  await writeListing(repository, files).catch(() => {})
  return files
}

/** Fetches a file unless the cache has it, and returns its path in the cache. Fails with HubError. */
export async function fetchFile(repository: Repository, file: string): Promise<string> {
  checkedPath(file, repository)
  if (await isCached(repository, file)) return path.join(snapshotFolder(repository), ...file.split('/'))
  if (isOffline())
    throw new HubError(
      `${repository.name}: ${file} is not in the cache ${cacheFolder()}, and HF_HUB_OFFLINE is set`,
      'Unset HF_HUB_OFFLINE once to fetch it, or set HF_HOME to where it is.',
    )
  const { type, name, commit } = repository
  return request({ type, name, revision: commit }, async () => {
    const downloaded = await quietly(() => downloadFileToCacheDir({ repo: { type, name }, path: file, revision: commit, cacheDir: cacheFolder(), ...access() }))
    await checkBlob(downloaded, `${name}: ${file}`)
    return downloaded
  })
}

/** Fetches config, tokenizer and weights of a model. `onFile` receives each path before it is fetched. Fails with HubError. */
export async function fetchModelSnapshot(name: string, revision?: string, onFile: (file: string) => void = () => {}): Promise<ModelSnapshot> {
  const repository = await resolveRepository('model', name, revision)
  const files = await listRepository(repository)
  if (!files.includes(CONFIG)) throw noConfig(repository)
  const fetchOne = (file: string) => {
    onFile(file)
    return fetchFile(repository, file)
  }
  const weights = await weightFiles(files, fetchOne)
  const limit = pLimit(PARALLEL_DOWNLOADS)
  await Promise.all([...files.filter((file) => MODEL_FILES.test(file)), ...weights].map((file) => limit(fetchOne, file)))
  return { folder: snapshotFolder(repository), revision: repository.commit }
}

/** Fetches config.json, and the files of the tokenizer if wanted; no weights. Fails with HubError. */
export async function fetchOutlineSnapshot(
  name: string,
  revision: string | undefined,
  { withTokenizer }: { readonly withTokenizer: boolean },
): Promise<ModelSnapshot> {
  const repository = await resolveRepository('model', name, revision)
  const files = await listRepository(repository)
  if (!files.includes(CONFIG)) throw noConfig(repository)
  for (const file of files.filter((entry) => entry === CONFIG || (withTokenizer && TOKENIZER_FILES.test(entry)))) await fetchFile(repository, file)
  return { folder: snapshotFolder(repository), revision: repository.commit }
}

function noConfig({ name, commit }: Repository): HubError {
  return new HubError(`${name} has no ${CONFIG} at ${commit}`, 'Give a repository with a model in the format of transformers.')
}

/** Fetches the files of a tokenizer; no weights. Fails with HubError. */
export async function fetchTokenizerSnapshot(name: string, revision?: string): Promise<ModelSnapshot> {
  const repository = await resolveRepository('model', name, revision)
  const files = await listRepository(repository)
  if (!files.includes('tokenizer.json')) throw new HubError(`${name} has no tokenizer.json at ${repository.commit}`, 'Only fast tokenizers are read.')
  for (const file of files.filter((entry) => TOKENIZER_FILES.test(entry))) await fetchFile(repository, file)
  return { folder: snapshotFolder(repository), revision: repository.commit }
}

async function cachedCommit(name: RepositoryName, revision: string): Promise<string> {
  const commit = await readRef(name, revision)
  if (commit !== undefined) return commit
  throw notCached(name, revision)
}

async function requestCommit(name: RepositoryName, revision: string): Promise<string> {
  try {
    return await request({ ...name, revision }, async () => {
      const question = { name: name.name, revision, additionalFields: ['sha' as const], ...access() }
      const { sha } = name.type === 'model' ? await modelInfo(question) : await datasetInfo(question)
      if (!isCommit(sha)) throw new HubError(`${endpoint()} gives ${JSON.stringify(sha)} as the commit of ${name.name}`, 'Check HF_ENDPOINT: is it a hub?')
      await writeRef(name, revision, sha)
      return sha
    })
  } catch (error) {
    const commit = error instanceof HubUnreachableError ? await readRef(name, revision) : undefined
    if (commit === undefined || !(await readListing({ ...name, commit }))) throw error
    process.emitWarning(printable(`${(error as HubError).message}; using the commit that the cache has for ${revision}, ${commit}`), 'HubWarning')
    return commit
  }
}

async function requestListing(repository: Repository): Promise<string[]> {
  const { type, name, commit } = repository
  const paths: string[] = []
  for await (const entry of listFiles({ repo: { type, name }, revision: commit, recursive: true, ...access() })) {
    if (entry.type === 'file') paths.push(checkedPath(entry.path, repository))
  }
  return paths.sort()
}

async function cachedFiles(repository: Repository): Promise<string[]> {
  const files = await snapshotFiles(repository)
  if (files.length === 0) throw notCached(repository, repository.commit)
  return files
}

/** The single file if it exists, as in transformers, with an index beside it for the notice that there are both; else the files of the index. */
async function weightFiles(files: readonly string[], fetchOne: (file: string) => Promise<string>): Promise<readonly string[]> {
  if (files.includes(WEIGHTS)) return files.filter((file) => file === WEIGHTS || file === WEIGHTS_INDEX)
  return files.includes(WEIGHTS_INDEX) ? indexedFiles(await fetchOne(WEIGHTS_INDEX)) : []
}

/** The files that an index of weights names: repositories may hold the same weights in another layout too. None for a malformed index; reading the weights fails with the reason. */
async function indexedFiles(indexFile: string): Promise<string[]> {
  try {
    return [...new Set(Object.values(indexSchema.parse(JSON.parse(await readFile(indexFile, 'utf8'))).weight_map))]
  } catch {
    return []
  }
}

function notCached({ type, name }: RepositoryName, revision: string): HubError {
  return new HubError(
    `${type} ${name} at ${revision} is not in the cache ${cacheFolder()}, and HF_HUB_OFFLINE is set`,
    'Unset HF_HUB_OFFLINE once to fetch it, or set HF_HOME to where it is.',
  )
}
