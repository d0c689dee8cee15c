/** Finds the rows of a task: in a local file that the user gave, in the folder of the task, or on the hub. */
import { realpath } from 'node:fs/promises'
import path from 'node:path'
import { DatasetError } from '../errors.ts'
import { lookUp } from '../io/look-up.ts'
import type { FolderSource } from '../task/define-task.ts'
import { isWithin } from '../text/is-within.ts'
import { shownPath } from '../text/shown-path.ts'
import type { Dataset, DatasetQuery } from './dataset.ts'
import { openHubDataset } from './hub-dataset.ts'
import { filePattern, findFile, localFile, openFile, shotsHint } from './local-dataset.ts'

const NO_SPLIT = 'The task has no rows of this split.'

/** Finds the rows. Fails with DatasetError if there is no such file or its format is unknown, and with HubError if the hub has no such dataset or fails. */
export async function openDataset(query: DatasetQuery): Promise<Dataset> {
  const file = await localFile(query)
  const { dataset } = query
  if (file !== undefined) return openFile(file, dataset)
  if (!('folder' in dataset)) return openHubDataset({ ...query, dataset })
  const named = lookUp(dataset.files, query.split)
  if (named !== undefined) return openFile(await insideFolder(named, dataset), dataset, shownPath(named))
  const own = await findFile(
    path.join(dataset.folder, filePattern(query)),
    `the split ${query.split} of ${query.taskName}`,
    query.isForShots ? shotsHint(query) : NO_SPLIT,
  )
  return openFile(await insideFolder(own, dataset), dataset, shownPath(own))
}

/** The file. Fails with DatasetError if its folder is untrusted and it is a link out of it. */
async function insideFolder(file: string, { folder, isUntrusted = false }: FolderSource): Promise<string> {
  if (!isUntrusted) return file
  const [root, real] = await Promise.all([realpath(folder).catch(() => undefined), realpath(file).catch(() => undefined)])
  if (root === undefined || real === undefined || isWithin(root, real)) return file
  throw new DatasetError(`${file} is a link to ${real}, outside of the task's folder`, 'Put the file itself there, or name it: --data TASK=FILE.')
}
