/** The Hugging Face cache that Python uses too: `models--OWNER--NAME/{blobs,refs,snapshots}`. */
import { readdir, readFile, rename, writeFile } from 'node:fs/promises'
import { randomUUID } from 'node:crypto'
import path from 'node:path'
import { z } from 'zod'
import { isCommit, staysInFolder, type Repository, type RepositoryName } from './repository.ts'
import { hubHome, pathFrom } from './environment.ts'
import { isFile } from '../io/path-exists.ts'
import { makeFolder } from '../io/make-folder.ts'

/** Folder in a repository's cache for our own files; huggingface_hub ignores it. */
const OWN_FOLDER = '.evalharness'

const listingSchema = z.array(z.string().refine(staysInFolder))

/** HF_HUB_CACHE, else the folder `hub` of HF_HOME, else of ~/.cache/huggingface: huggingface_hub's `constants.py`. */
export function cacheFolder(): string {
  return pathFrom('HF_HUB_CACHE') ?? pathFrom('HUGGINGFACE_HUB_CACHE') ?? path.join(hubHome(), 'hub')
}

/** Folder with the files of a commit, as links into `blobs`. */
export function snapshotFolder(repository: Repository): string {
  return path.join(repositoryFolder(repository), 'snapshots', repository.commit)
}

/** Whether the cache has the file. A link without its blob does not count. */
export async function isCached(repository: Repository, file: string): Promise<boolean> {
  return isFile(path.join(snapshotFolder(repository), ...file.split('/')))
}

/** The commit that a branch or tag named at the last request; undefined without one. */
export async function readRef(name: RepositoryName, revision: string): Promise<string | undefined> {
  const commit = (await readText(refFile(name, revision)))?.trim()
  return isCommit(commit) ? commit : undefined
}

/** Stores the commit that a branch or tag names. Writes only changes, so that a complete cache may be read-only. */
export async function writeRef(name: RepositoryName, revision: string, commit: string): Promise<void> {
  if ((await readRef(name, revision)) !== commit) await writeWhole(refFile(name, revision), commit)
}

/** Every file of a commit, fetched or not, as the hub listed them; undefined if the listing was never requested, as in a cache that Python filled. */
export async function readListing(repository: Repository): Promise<string[] | undefined> {
  const text = await readText(listingFile(repository))
  if (text === undefined) return undefined
  try {
    return listingSchema.safeParse(JSON.parse(text)).data
  } catch {
    return undefined
  }
}

/** Stores the list of files of a commit, so that offline a missing shard is an error, not fewer rows. */
export async function writeListing(repository: Repository, files: readonly string[]): Promise<void> {
  await writeWhole(listingFile(repository), JSON.stringify(files))
}

/** Paths of the files of a commit that the cache has, sorted; empty without such a commit. */
export async function snapshotFiles(repository: Repository): Promise<string[]> {
  const folder = snapshotFolder(repository)
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => [])
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)).split(path.sep).join('/'))
    .sort()
}

function repositoryFolder({ type, name }: RepositoryName): string {
  return path.join(cacheFolder(), `${type}s--${name.replaceAll('/', '--')}`)
}

function refFile(name: RepositoryName, revision: string): string {
  return path.join(repositoryFolder(name), 'refs', ...revision.split('/'))
}

function listingFile(repository: Repository): string {
  return path.join(repositoryFolder(repository), OWN_FOLDER, 'listings', `${repository.commit}.json`)
}

async function readText(file: string): Promise<string | undefined> {
  return readFile(file, 'utf8').catch(() => undefined)
}

/** Writes beside the file and renames, because other processes may read the cache at any time. */
async function writeWhole(file: string, text: string): Promise<void> {
  const part = `${file}.${randomUUID()}.tmp`
  await makeFolder(path.dirname(file))
  await writeFile(part, text)
  await rename(part, file)
}
