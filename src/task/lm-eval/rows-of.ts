/** Where the rows of a task are: `dataset_path`, `dataset_name`, `dataset_kwargs` and the splits. */
import path from 'node:path'
import type { DatasetSource } from '../define-task.ts'
import { isWithin } from '../../text/is-within.ts'
import { isRecord } from '../field-checks.ts'
import { shownValue } from '../shown-value.ts'
import { TaskRefused } from './task-refused.ts'
import type { YamlFields } from './yaml-file.ts'

/** Formats of `datasets` that are files, and the extensions of the files. */
const FILE_FORMATS: readonly string[] = ['json', 'csv', 'parquet', 'text']
/** Options of `load_dataset` without an effect on the rows. */
const HARMLESS_OPTIONS: readonly string[] = ['trust_remote_code', 'cache_dir', 'download_mode', 'token', 'use_auth_token', 'keep_in_memory']

/** The source of a task whose YAML is in `folder`. Fails with TaskRefused. */
export function rowsOf(fields: YamlFields, folder: string): DatasetSource {
  const { dataset_path: place, dataset_name: config, dataset_kwargs: given } = fields
  const split = scoredSplit(fields)
  if (typeof place !== 'string' || place === '') throw new TaskRefused(`dataset_path: ${shownValue(place)} is not a dataset`, 'no dataset_path')
  const { data_files: files, revision, ...options } = isRecord(given) ? given : {}
  const unknown = Object.keys(options).find((name) => !HARMLESS_OPTIONS.includes(name))
  if (unknown !== undefined) throw new TaskRefused(`dataset_kwargs: ${unknown}: the key is not supported`, `dataset_kwargs: ${unknown}`)
  if (FILE_FORMATS.includes(place)) return ofFiles(filesOf(files), folder, split)
  if (/^[./~]/u.test(place)) return { folder: inside(folder, place), split, file: '{split}', isUntrusted: true }
  if (!/^[\w.-]+(?:\/[\w.-]+)?$/u.test(place))
    throw new TaskRefused(`dataset_path: ${shownValue(place)} is not a repository of the hub`, 'another dataset_path')
  return {
    repo: place,
    split,
    ...(typeof config === 'string' && { config }),
    ...(typeof revision === 'string' && { revision }),
    ...(isGiven(files) && { files: Object.fromEntries(filesOf(files)) }),
  }
}

/** Files beside the YAML, or all in one dataset of the hub. */
function ofFiles(files: readonly (readonly [string, string])[], folder: string, split: string): DatasetSource {
  const onHub = files.map(([name, file]) => [name, /^hf:\/\/datasets\/([\w.-]+\/[\w.-]+)\/([^@*?[\]]+)$/u.exec(file)] as const)
  const repo = onHub[0]?.[1]?.[1]
  if (repo !== undefined && onHub.every(([, found]) => found?.[1] === repo))
    return { repo, split, files: Object.fromEntries(onHub.map(([name, found]) => [name, found![2]!])) }
  return { folder, split, files: Object.fromEntries(files.map(([name, file]) => [name, besideYaml(folder, file)])), isUntrusted: true }
}

/** The split that is scored: lm-eval takes the test split if there is one. */
export function scoredSplit({ test_split: test, validation_split: validation }: YamlFields): string {
  const split = test ?? validation
  if (typeof split === 'string' && split !== '') return plainSplit(split)
  throw new TaskRefused('it has neither test_split nor validation_split', 'no split to score')
}

/** `train[:100]` is a part of a split. */
export function plainSplit(split: string): string {
  if (/^[\w.-]+$/u.test(split)) return split
  throw new TaskRefused(`the split ${shownValue(split)}: parts of splits are not supported`, 'a part of a split')
}

/** One file a split. A single file is the split `train`, as in `load_dataset`. */
function filesOf(given: unknown): readonly (readonly [string, string])[] {
  const bySplit = isRecord(given) ? given : { train: given }
  return Object.entries(bySplit).map(([split, files]) => {
    const file: unknown = Array.isArray(files) && files.length === 1 ? (files as unknown[])[0] : files
    if (typeof file === 'string') return [split, file]
    throw new TaskRefused(`dataset_kwargs: data_files: ${shownValue(files)} is not one file`, 'data_files of another form')
  })
}

function besideYaml(folder: string, file: string): string {
  if (/^\w+:\/\//u.test(file)) throw new TaskRefused(`dataset_kwargs: data_files: ${file} is not a local file`, 'data_files on the web')
  return inside(folder, file)
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null
}

/** A path beside the YAML. Fails with TaskRefused if it leads out of the folder. */
function inside(folder: string, file: string): string {
  const full = path.resolve(folder, file)
  if (isWithin(folder, full)) return full
  throw new TaskRefused(
    `the rows ${file} are outside of the task's folder`,
    'rows outside of the folder',
    'Put them beside the YAML, or name them: --data TASK=FILE.',
  )
}
