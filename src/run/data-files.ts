/** Finds the local file of a task's rows: `--data TASK=FILE`, `TASK:SPLIT=FILE`, and the same for a subset. */
import { stat } from 'node:fs/promises'
import { UsageError } from '../errors.ts'
import { lookUp } from '../io/look-up.ts'
import type { Task } from '../task/define-task.ts'
import { itemTaskName } from '../task/render/row-source.ts'

/**
 * Local files or folders by `NAME` or `NAME:SPLIT`; the name is a task's or a subset's. A file without a split holds the rows that are scored; a
 * folder holds those of all splits.
 */
export type DataFiles = Readonly<Record<string, string>>

/**
 * The local file or folder for the rows of a split; undefined if none was given. A subset's own comes before the task's. Fails with UsageError
 * if a file of scored rows would also be the few-shot split: items would see their own answers.
 */
export async function dataFileOf(task: Task, subset: string, split: string, files: DataFiles = {}, dataDir?: string): Promise<string | undefined> {
  let scoredOnly: readonly [string, string] | undefined
  for (const name of new Set([itemTaskName(task, subset), task.name])) {
    const ofSplit = lookUp(files, `${name}:${split}`)
    const ofTask = lookUp(files, name)
    const [key, file] = ofSplit === undefined ? [name, ofTask] : [`${name}:${split}`, ofSplit]
    if (file === undefined) continue
    if (await isFolder(`${key}=${file}`, file)) return file
    if (name === task.name && subset !== '' && task.subsets!.names.length > 1) throw oneFileForAll(task, key, file)
    if (ofSplit !== undefined || split === task.dataset.split) return file
    scoredOnly ??= [name, file]
  }
  // A folder of datasets is searched for the split, so the few-shot examples are from files of their own.
  if (scoredOnly && dataDir === undefined) throw noExamples(scoredOnly, split, task.dataset.split)
  return undefined
}

async function isFolder(option: string, file: string): Promise<boolean> {
  const entry = await stat(file).catch((cause: unknown) => {
    throw new UsageError(`--data ${option}: there is no such file or folder`, 'Check the path; a relative path starts at the current folder.', { cause })
  })
  return entry.isDirectory()
}

function oneFileForAll({ name, subsets }: Task, key: string, file: string): UsageError {
  const [first] = subsets!.names
  return new UsageError(
    `--data ${key}=${file}: one file would be read for each of the ${subsets!.names.length} subsets of ${name}`,
    `Name the subset whose rows it holds (--data ${name}_${first}=FILE), or give a folder with a file for each.`,
  )
}

function noExamples([name, file]: readonly [string, string], split: string, scoredSplit: string): UsageError {
  return new UsageError(
    `--data ${name}=${file} holds the scored rows of ${name}: few-shot examples from them would show items their own answers`,
    `Give the examples too: --data ${name}:${split}=FILE --data ${name}:${scoredSplit}=${file}. Or score without: --num-fewshot 0.`,
  )
}
