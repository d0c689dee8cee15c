/** Rows in local files of several formats. */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import path from 'node:path'
import { DatasetError } from '../errors.ts'
import { otherFormatOfFile } from '../io/untrusted-file.ts'
import type { DatasetSource } from '../task/define-task.ts'
import type { SourceRow } from './source-row.ts'
import { lookUp } from '../io/look-up.ts'
import { isFile } from '../io/path-exists.ts'
import { readCsv } from './csv.ts'
import type { Dataset, DatasetQuery } from './dataset.ts'
import { readJsonLines } from './json-lines.ts'
import { readParquet } from './parquet.ts'
import { readDocument, readRawLines, readTextLines } from './text-lines.ts'

type ReadRows = (file: string) => AsyncIterable<SourceRow>

/** Readers by extension, in the order in which a folder is searched. */
const READERS: Readonly<Record<string, ReadRows>> = {
  '.jsonl': readJsonLines,
  '.parquet': readParquet,
  '.csv': readCsv,
  '.txt': readTextLines,
  '.raw': readTextLines,
  '.json': readJsonLines,
}

/** Readers of text files whose rows are documents. */
const DOCUMENT_READERS: Readonly<Record<string, ReadRows>> = { '.txt': readDocument, '.raw': readRawLines }

/** Opens a file by its extension; records call it `shown`. Fails with DatasetError on an unknown format or a file whose content does not match its name. */
export async function openFile(file: string, { textRows }: Pick<DatasetSource, 'textRows'>, shown = file): Promise<Dataset> {
  const read = rowReader(file, textRows)
  const other = await otherFormatOfFile(file)
  if (other) throw new DatasetError(`${file} ${other.what}`, other.hint)
  return { origin: { kind: 'file', path: shown, sha256: await hashFile(file) }, rows: () => read(file) }
}

/** The reader of a file by its extension. Fails with DatasetError on an unknown one. */
export function rowReader(file: string, textRows: DatasetSource['textRows']): ReadRows {
  const extension = path.extname(file).toLowerCase()
  const read = (textRows === 'document' ? lookUp(DOCUMENT_READERS, extension) : undefined) ?? lookUp(READERS, extension)
  if (read) return read
  throw new DatasetError(`${file} has an unknown format`, `Supported: ${Object.keys(READERS).join(', ')} (text: one sentence per line).`)
}

/** The local file that the query names; undefined if it names neither file nor folder. Fails with DatasetError if there is no such file. */
export async function localFile(query: DatasetQuery): Promise<string | undefined> {
  const { taskName, dataset, dataDir, dataFile } = query
  const pattern = filePattern(query)
  const hint = query.isForShots ? shotsHint(query) : FILE_HINT
  if (dataFile !== undefined) {
    if (await isFile(dataFile)) return dataFile
    // For a task with subsets it is a folder, below which the pattern continues without the name of the task.
    return findFile(path.join(dataFile, pattern.replace(/^[^/]*\//u, '')), `--data ${taskName}=${dataFile}`, hint)
  }
  // A task with rows of its own has its folder.
  return dataDir === undefined || 'folder' in dataset ? undefined : findFile(path.join(dataDir, pattern), `--data-dir ${dataDir}`, hint)
}

/** Path of the rows below a folder of datasets, without extension. */
export function filePattern({ taskName, dataset, split, config = dataset.config ?? '', isSubset }: DatasetQuery): string {
  return (dataset.file ?? `${taskName}/{split}${isSubset ? '/{config}' : ''}`).replaceAll('{split}', split).replaceAll('{config}', config)
}

const FILE_HINT = 'Put the rows there, name their file with --data TASK=FILE, or leave the option out to fetch them from the hub.'

/** What to do without the split of the few-shot examples. */
export function shotsHint({ taskName, config, split, isSubset }: DatasetQuery): string {
  const name = isSubset ? `${taskName}_${config}` : taskName
  return `The split ${split} has the few-shot examples: put them there, name their file with --data ${name}:${split}=FILE, or score without: --num-fewshot 0.`
}

/** The first existing file `stem` + extension. Errors name `option`. Fails with DatasetError. */
export async function findFile(stem: string, option: string, hint: string): Promise<string> {
  const candidates = Object.keys(READERS).map((extension) => stem + extension)
  for (const candidate of candidates) if (await isFile(candidate)) return candidate
  throw new DatasetError(`${option}: no such file: ${stem}{${Object.keys(READERS).join(',')}}`, hint)
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
