/** Rows on the hub: the parquet files of a split, or the files that the task names. */
import { DatasetError } from '../errors.ts'
import { fetchFile, HubNotFoundError, listRepository, resolveRepository, type Repository } from '../hub/hub.ts'
import { lookUp } from '../io/look-up.ts'
import type { HubSource } from '../task/define-task.ts'
import type { Dataset, DatasetQuery } from './dataset.ts'
import { rowReader } from './local-dataset.ts'
import { readParquet } from './parquet.ts'

/** The branch where the hub converts datasets to parquet that have none themselves. */
const CONVERTED_REVISION = 'refs/convert/parquet'

/** The rows of a split on the hub; each file is fetched when its rows are read. Fails with DatasetError and HubError. */
export async function openHubDataset({ dataset, split, config = dataset.config }: DatasetQuery & { readonly dataset: HubSource }): Promise<Dataset> {
  const { repository, files } = dataset.files ? await findNamed(dataset, dataset.files, split) : await findParquet(dataset, split, config)
  const read = dataset.files ? rowReader(files[0]!, dataset.textRows) : readParquet
  return {
    origin: { kind: 'hub', repo: repository.name, config: config ?? null, split, revision: repository.commit, files },
    async *rows() {
      for (const file of files) yield* read(await fetchFile(repository, file))
    },
  }
}

/** Files of a repository. */
interface FoundFiles {
  readonly repository: Repository
  readonly files: readonly string[]
}

async function findNamed({ repo, revision }: HubSource, named: Readonly<Record<string, string>>, split: string): Promise<FoundFiles> {
  const file = lookUp(named, split)
  const repository = await resolveRepository('dataset', repo, revision)
  if (file !== undefined && (await listRepository(repository)).includes(file)) return { repository, files: [file] }
  const missing = file === undefined ? `no file is named for the split ${split} of the dataset ${repo}` : `the dataset ${repo} has no file ${file}`
  throw new DatasetError(missing, 'Give the rows with --data TASK=FILE.')
}

/** The parquet files of the default branch, else of the converted one. A revision that the task names has no converted branch. */
async function findParquet({ repo, revision }: HubSource, split: string, config: string | undefined): Promise<FoundFiles> {
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

/** Fails with DatasetError when names such as `test-00001-of-00003.parquet` show that shards are missing: a cache may hold only some. */
function checkShards(repo: string, files: readonly string[]): readonly string[] {
  const count = Number(/-of-(\d{5})/u.exec(files[0] ?? '')?.[1] ?? files.length)
  if (files.length === count) return files
  throw new DatasetError(
    `the dataset ${repo} has ${files.length} of the ${count} files beside ${files[0]}`,
    'If HF_HUB_OFFLINE is set, unset it once to fetch the others.',
  )
}

/** The files of a split, sorted by shard, in the folder layouts that datasets on the hub have. */
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
