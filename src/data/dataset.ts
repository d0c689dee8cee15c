/** Where a task's rows are, and reading them: local files in several formats, or parquet of the hub. */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import path from 'node:path'
import { DatasetError } from '../errors.ts'
import { foreignFile } from '../io/untrusted-file.ts'
import { fetchFile, HubNotFoundError, listRepository, resolveRepository, type Repository } from '../hub/hub.ts'
import { shownPath } from '../text/shown-path.ts'
import type { DatasetSource, HubSource } from '../task/define-task.ts'
import type { SourceRow } from './source-row.ts'
import { readCsv } from './csv.ts'
import { readJsonLines } from './json-lines.ts'
import { readParquet } from './parquet.ts'
import { readTextLines } from './text-lines.ts'
import { isFile } from '../io/path-exists.ts'

/** Which rows: a task's source with its split and configuration chosen, and where the user keeps them, if anywhere. */
export interface DatasetQuery {
  readonly taskName: string
  readonly dataset: DatasetSource
  readonly split: string
  /** A subset's; the source's own otherwise. */
  readonly config?: string
  /** `config` is a subset: by default its rows have a file of their own. */
  readonly isSubset?: boolean
  /** Folder of local datasets. */
  readonly dataDir?: string
  /** The rows' own file, or for a task with subsets a folder that takes the place of `dataDir`. */
  readonly dataFile?: string
}

/** What the rows were read from; goes into the run record. */
export type DataOrigin =
  | { readonly kind: 'file'; readonly path: string; /** Of the content, hexadecimal. */ readonly sha256: string }
  | {
      readonly kind: 'hub'
      readonly repo: string
      readonly config: string | null
      readonly split: string
      /** Commit. */ readonly revision: string
      readonly files: readonly string[]
    }

/** Rows of a dataset of the hub, as `load_dataset` names them. */
export interface HubRows {
  readonly repo: string
  readonly config: string | null
  readonly split: string
}

/** Rows that can be read. */
export interface Dataset {
  readonly origin: DataOrigin
  /** File by file and in order; stops reading when the consumer stops. */
  rows(): AsyncIterable<SourceRow>
}

/** By extension, in the order in which they are looked for. */
const READERS: Readonly<Record<string, (file: string) => AsyncIterable<SourceRow>>> = {
  '.jsonl': readJsonLines,
  '.parquet': readParquet,
  '.csv': readCsv,
  '.txt': readTextLines,
  '.raw': readTextLines,
}

/** The branch where the hub keeps parquet files of datasets that have none themselves. */
const CONVERTED_REVISION = 'refs/convert/parquet'

/** Finds the rows. Fails with DatasetError where there is no such file or format, with HubError where the hub does not help. */
export async function openDataset(query: DatasetQuery): Promise<Dataset> {
  const file = await localFile(query)
  if (file !== undefined) return openFile(file)
  const { dataset } = query
  if (!('folder' in dataset)) return openHubDataset({ ...query, dataset })
  const own = await findFile(path.join(dataset.folder, filePattern(query)), `the rows of ${query.taskName}`)
  return openFile(own, shownPath(own))
}

/** Records call the file `shown`. */
async function openFile(file: string, shown = file): Promise<Dataset> {
  const read = READERS[path.extname(file).toLowerCase()]
  if (!read) throw new DatasetError(`${file} has no format that is known`, `Known: ${Object.keys(READERS).join(', ')} (text: a sentence a line).`)
  const foreign = await foreignFile(file)
  if (foreign) throw new DatasetError(`${file} ${foreign.what}`, foreign.hint)
  return { origin: { kind: 'file', path: shown, sha256: await hashFile(file) }, rows: () => read(file) }
}

/** The local file that the user named or keeps; undefined when neither was given. */
async function localFile(query: DatasetQuery): Promise<string | undefined> {
  const { taskName, dataDir, dataFile } = query
  const pattern = filePattern(query)
  if (dataFile !== undefined) {
    if (await isFile(dataFile)) return dataFile
    // A task with subsets is given a folder, in which the pattern goes on without the task's name.
    return findFile(path.join(dataFile, pattern.replace(/^[^/]*\//u, '')), `--data ${taskName}=${dataFile}`)
  }
  return dataDir === undefined ? undefined : findFile(path.join(dataDir, pattern), `--data-dir ${dataDir}`)
}

/** Path of the rows below a folder of datasets, without extension. */
function filePattern({ taskName, dataset, split, config = dataset.config ?? '', isSubset }: DatasetQuery): string {
  return (dataset.file ?? `${taskName}/{split}${isSubset ? '/{config}' : ''}`).replaceAll('{split}', split).replaceAll('{config}', config)
}

async function findFile(stem: string, option: string): Promise<string> {
  const candidates = Object.keys(READERS).map((extension) => stem + extension)
  for (const candidate of candidates) if (await isFile(candidate)) return candidate
  throw new DatasetError(
    `${option}: no such file: ${stem}{${Object.keys(READERS).join(',')}}`,
    'Put the rows there, name their file with --data TASK=FILE, or leave the option out to fetch them from the hub.',
  )
}

async function hashFile(file: string): Promise<string> {
  const hash = createHash('sha256')
  try {
    for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer)
  } catch (cause) {
    throw new DatasetError(`cannot read ${file}`, 'Check its permissions.', { cause })
  }
  return hash.digest('hex')
}

async function openHubDataset({ dataset, split, config = dataset.config }: DatasetQuery & { readonly dataset: HubSource }): Promise<Dataset> {
  const { repository, files } = await findParquet(dataset, split, config)
  return {
    origin: { kind: 'hub', repo: repository.name, config: config ?? null, split, revision: repository.commit, files },
    async *rows() {
      for (const file of files) yield* readParquet(await fetchFile(repository, file))
    },
  }
}

/** The parquet files of the default branch, else of the converted one; of a revision that the task names, only its own. */
async function findParquet(
  { repo, revision }: HubSource,
  split: string,
  config: string | undefined,
): Promise<{ readonly repository: Repository; readonly files: readonly string[] }> {
  const own = await resolveRepository('dataset', repo, revision)
  const ownFiles = checkShards(repo, splitFiles(await listRepository(own), split, config))
  if (ownFiles.length > 0) return { repository: own, files: ownFiles }
  const converted = revision === undefined ? await convertedBranch(repo) : undefined
  const convertedFiles = converted ? splitFiles(await listRepository(converted), split, config ?? 'default') : []
  if (converted && convertedFiles.length > 0) return { repository: converted, files: convertedFiles }
  throw new DatasetError(
    `the dataset ${repo} has no parquet files of split ${split}${config === undefined ? '' : `, configuration ${config}`}`,
    'Give the rows with --data TASK=FILE.',
  )
}

async function convertedBranch(repo: string): Promise<Repository | undefined> {
  try {
    return await resolveRepository('dataset', repo, CONVERTED_REVISION)
  } catch (error) {
    if (error instanceof HubNotFoundError) return undefined
    throw error
  }
}

/** Fails with DatasetError when names such as `test-00001-of-00003.parquet` tell that shards are missing: a cache may hold some only. */
function checkShards(repo: string, files: readonly string[]): readonly string[] {
  const count = Number(/-of-(\d{5})/u.exec(files[0] ?? '')?.[1] ?? files.length)
  if (files.length === count) return files
  throw new DatasetError(
    `the dataset ${repo} has ${files.length} of the ${count} files beside ${files[0]}`,
    'If HF_HUB_OFFLINE is set, unset it once to fetch the others.',
  )
}

/** Files of a split, by the layouts that the hub's datasets have; in the order of their shards. */
export function splitFiles(files: readonly string[], split: string, config: string | undefined): string[] {
  const escaped = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/gu, String.raw`\$&`)
  const name = escaped(split)
  const shards = `${name}(?:-\\d{5}-of-\\d{5}(?:-[0-9a-f]+)?)?\\.parquet`
  const folders = config === undefined ? ['data/', '', 'default/'] : [`${escaped(config)}/`, `data/${escaped(config)}/`]
  for (const folder of folders) {
    const matching = files.filter((file) => new RegExp(`^${folder}(?:${shards}|${name}/\\d{4}\\.parquet)$`, 'u').test(file))
    if (matching.length > 0) return matching.sort()
  }
  return []
}
