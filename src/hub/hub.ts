/** Repositories of the Hugging Face hub: pinned to a commit, and fetched into the ordinary cache that Python shares. */
import { access as checkAccess, mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { datasetInfo, downloadFileToCacheDir, HubApiError, listFiles, modelInfo } from '@huggingface/hub'
import pLimit from 'p-limit'
import { HubError } from '../errors.ts'

/** A repository at one commit. */
export interface Repository {
  readonly type: 'model' | 'dataset'
  /** `owner/name`. */
  readonly name: string
  /** 40 hexadecimal digits. */
  readonly commit: string
}

/** A model repository on disk. */
export interface ModelSnapshot {
  readonly folder: string
  readonly revision: string
}

/** How long the hub may take to begin an answer, in milliseconds. */
const ANSWER_TIMEOUT_MS = 30_000
const TRIES = 3
const PARALLEL_DOWNLOADS = 4
const DEFAULT_REVISION = 'main'
const COMMIT = /^[0-9a-f]{40}$/u

/** What a model folder is made of; everything else of a repository is left where it is. */
const MODEL_FILES = /^(?:config|generation_config|tokenizer|tokenizer_config)\.json$|^[^/]+\.safetensors$|^model\.safetensors\.index\.json$/u

/** Pins a repository to the commit that `revision` names now. Offline, to what the cache remembers of it. Fails with HubError. */
export async function resolveRepository(type: Repository['type'], name: string, revision = DEFAULT_REVISION): Promise<Repository> {
  if (isOffline()) return { type, name, commit: COMMIT.test(revision) ? revision : await cachedCommit(type, name, revision) }
  const info = await asked({ type, name }, () =>
    type === 'model'
      ? modelInfo({ name, revision, additionalFields: ['sha'], ...access() })
      : datasetInfo({ name, revision, additionalFields: ['sha'], ...access() }),
  )
  if (!COMMIT.test(info.sha)) throw new HubError(`${endpoint()} gives ${JSON.stringify(info.sha)} as the commit of ${name}`, 'Check HF_ENDPOINT: is it a hub?')
  if (!COMMIT.test(revision)) await rememberCommit(type, name, revision, info.sha)
  return { type, name, commit: info.sha }
}

/** Paths of a repository's files, with forward slashes; offline, those in the cache. Fails with HubError. */
export async function listRepository(repository: Repository): Promise<string[]> {
  if (isOffline()) return cachedFiles(repository)
  return asked(repository, async () => {
    const paths: string[] = []
    for await (const entry of listFiles({
      repo: { type: repository.type, name: repository.name },
      revision: repository.commit,
      recursive: true,
      ...access(),
    })) {
      if (entry.type === 'file') paths.push(checkedPath(entry.path, repository))
    }
    return paths.sort()
  })
}

/** Fetches a file unless the cache has it; comes back with its path there. Fails with HubError. */
export async function fetchFile(repository: Repository, file: string): Promise<string> {
  checkedPath(file, repository)
  const cached = path.join(repositoryFolder(repository.type, repository.name), 'snapshots', repository.commit, ...file.split('/'))
  if (isOffline()) {
    await checkAccess(cached).catch((cause: unknown) => {
      throw new HubError(`${repository.name}: ${file} is not in the cache ${cacheFolder()}`, 'Unset HF_HUB_OFFLINE once to fetch it.', { cause })
    })
    return cached
  }
  const { type, name, commit } = repository
  return asked(repository, () => downloadFileToCacheDir({ repo: { type, name }, path: file, revision: commit, cacheDir: cacheFolder(), ...access() }))
}

/** Fetches what a model folder is made of. `onFile` is told each file before it is fetched. Fails with HubError. */
export async function fetchModelSnapshot(name: string, revision?: string, onFile: (file: string) => void = () => {}): Promise<ModelSnapshot> {
  const repository = await resolveRepository('model', name, revision)
  const files = (await listRepository(repository)).filter((file) => MODEL_FILES.test(file))
  if (!files.includes('config.json')) throw new HubError(`${name} has no config.json at ${repository.commit}`, 'Is it a model in the format of transformers?')
  const limit = pLimit(PARALLEL_DOWNLOADS)
  await Promise.all(
    files.map((file) =>
      limit(() => {
        onFile(file)
        return fetchFile(repository, file)
      }),
    ),
  )
  return { folder: path.join(repositoryFolder('model', name), 'snapshots', repository.commit), revision: repository.commit }
}

/** The hub's address: HF_ENDPOINT, else huggingface.co. */
function endpoint(): string {
  return (process.env['HF_ENDPOINT'] || 'https://huggingface.co').replace(/\/+$/u, '')
}

function isOffline(): boolean {
  return /^(?:1|true|yes|on)$/iu.test(process.env['HF_HUB_OFFLINE'] ?? '')
}

/** HF_HUB_CACHE, else the folder `hub` of HF_HOME, else of ~/.cache/huggingface: huggingface_hub's `constants.py`. */
function cacheFolder(): string {
  const home = process.env['HF_HOME'] ?? path.join(process.env['XDG_CACHE_HOME'] ?? path.join(os.homedir(), '.cache'), 'huggingface')
  return process.env['HF_HUB_CACHE'] ?? process.env['HUGGINGFACE_HUB_CACHE'] ?? path.join(home, 'hub')
}

function repositoryFolder(type: Repository['type'], name: string): string {
  return path.join(cacheFolder(), `${type}s--${name.replaceAll('/', '--')}`)
}

function access() {
  const token = process.env['HF_TOKEN']
  return { hubUrl: endpoint(), fetch: fetchInTime, ...(token && { accessToken: token as `hf_${string}` }) }
}

/** A server that takes the connection and then says nothing must not hang the program. Once the answer begins, it may take its time. */
async function fetchInTime(input: Parameters<typeof fetch>[0], init?: RequestInit): Promise<Response> {
  const stop = new AbortController()
  const timer = setTimeout(() => stop.abort(new Error(`no answer within ${ANSWER_TIMEOUT_MS / 1000} s`)), ANSWER_TIMEOUT_MS)
  try {
    return await fetch(input, { ...init, signal: stop.signal })
  } finally {
    clearTimeout(timer)
  }
}

/** Asks the hub, again after a failure that may pass; what remains becomes a HubError. */
async function asked<T>({ type, name }: Pick<Repository, 'type' | 'name'>, question: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await question()
    } catch (error) {
      if (error instanceof HubError) throw error
      const status = error instanceof HubApiError ? error.statusCode : undefined
      const mayPass = status === undefined || status === 429 || status >= 500
      if (mayPass && attempt < TRIES) await new Promise((resolve) => setTimeout(resolve, 200 * 4 ** (attempt - 1)))
      else throw explained(error, status, type, name)
    }
  }
}

function explained(error: unknown, status: number | undefined, type: Repository['type'], name: string): HubError {
  const options = { cause: error }
  if (status === 404)
    return new HubError(`${endpoint()} has no ${type} ${name} at that revision`, 'Check the name; a private repository needs HF_TOKEN.', options)
  if (status === 401 || status === 403)
    return new HubError(
      `${endpoint()} refuses the ${type} ${name} (${status})`,
      'Set HF_TOKEN to a token that may read it; gated ones are unlocked on their page.',
      options,
    )
  const reason = status === undefined ? reasonOf(error) : `it answers ${status}`
  const local = type === 'dataset' ? '--data-dir DIR or --data TASK=FILE' : 'a local model folder'
  return new HubError(
    `the hub at ${endpoint()} cannot be used for the ${type} ${name}: ${reason}`,
    `Without a network: HF_HUB_OFFLINE=1 uses the cache (${cacheFolder()}), or give ${local}. HF_ENDPOINT names a mirror.`,
    options,
  )
}

/** fetch hides the cause: `fetch failed` says less than ECONNREFUSED. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return error.cause instanceof Error ? error.cause.message || ((error.cause as NodeJS.ErrnoException).code ?? error.message) : error.message
}

/** A listing comes from strangers, and its paths become paths of the cache. */
function checkedPath(file: string, { name }: Pick<Repository, 'name'>): string {
  const isPlain =
    file !== '' &&
    !path.posix.isAbsolute(file) &&
    !/[\\\0]|^[a-z]:/iu.test(file) &&
    file.split('/').every((part) => part !== '..' && part !== '.' && part !== '')
  if (!isPlain) throw new HubError(`the listing of ${name} names ${JSON.stringify(file)}, which leaves its folder`, 'Do not use this repository.')
  return file
}

async function cachedCommit(type: Repository['type'], name: string, revision: string): Promise<string> {
  const file = refFile(type, name, revision)
  const commit = await readFile(file, 'utf8').then(
    (text) => text.trim(),
    () => '',
  )
  if (COMMIT.test(commit)) return commit
  throw new HubError(
    `${type} ${name} at ${revision} is not in the cache ${cacheFolder()}, and HF_HUB_OFFLINE is set`,
    'Unset HF_HUB_OFFLINE once to fetch it, or set HF_HOME to where it is.',
  )
}

async function rememberCommit(type: Repository['type'], name: string, revision: string, commit: string): Promise<void> {
  const file = refFile(type, name, revision)
  await mkdir(path.dirname(file), { recursive: true })
  await writeFile(`${file}.${process.pid}.tmp`, commit)
  await rename(`${file}.${process.pid}.tmp`, file)
}

function refFile(type: Repository['type'], name: string, revision: string): string {
  return path.join(repositoryFolder(type, name), 'refs', ...checkedPath(revision, { name }).split('/'))
}

async function cachedFiles({ type, name, commit }: Repository): Promise<string[]> {
  const folder = path.join(repositoryFolder(type, name), 'snapshots', commit)
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch((cause: unknown) => {
    throw new HubError(
      `${type} ${name} at ${commit} is not in the cache ${cacheFolder()}, and HF_HUB_OFFLINE is set`,
      'Unset HF_HUB_OFFLINE once to fetch it.',
      { cause },
    )
  })
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)).split(path.sep).join('/'))
    .sort()
}
