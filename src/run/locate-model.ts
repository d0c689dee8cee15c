/** Finds a model's files: a folder, a repository of the hub, or the tokenizer of a served model. */
import path from 'node:path'
import { CheckpointError, HubError, UsageError } from '../errors.ts'
import { fetchModelSnapshot, fetchOutlineSnapshot } from '../hub/hub.ts'
import { repositoryReference } from '../hub/repository.ts'
import { nearFolder } from '../io/near-folder.ts'
import { isFolder } from '../io/path-exists.ts'
import { mistypedFolder, notAFolder } from './explain-missing-model.ts'
import { locateServed } from './locate-served-model.ts'
import type { ModelSource } from './model-source.ts'
import type { GivenModel } from './parse-model.ts'
import { isServed, SERVED_SETTINGS } from './served-address.ts'

/** Which files of a repository are needed: all to score it, config and tokenizer to plan a run, config to plan sizes. */
export type NeededFiles = 'all' | 'tokenizer' | 'config'

/**
 * Finds the files: a local folder is used in place; from `OWNER/REPO` or `OWNER/REPO@REVISION` the needed ones are fetched into the hub's
 * cache, which `onNotice` is called about. Fails with UsageError, CheckpointError or HubError.
 */
export async function locateModel(
  { label, source, settings }: GivenModel,
  onNotice: (notice: string) => void,
  needed: NeededFiles = 'all',
): Promise<ModelSource> {
  if (isServed(source)) return locateServed({ label, source, settings })
  const [servedSetting] = SERVED_SETTINGS.filter((name) => settings[name] !== undefined)
  if (servedSetting !== undefined)
    throw new UsageError(
      `${label}: ${servedSetting} is for a model on a server only`,
      'Leave it out, or give an address: --model NAME=http://HOST:PORT/v1,tokenizer=WHERE.',
    )
  if (await isFolder(source)) return { label, source, settings, folder: source, revision: null }
  const error = await notAFolder(source)
  if (error) throw error
  const repository = repositoryReference(source)
  const looksLocal = repository === undefined || source.startsWith('.') || path.isAbsolute(source)
  const near = await nearFolder(source)
  if (looksLocal)
    throw new CheckpointError(
      `no such model folder: ${source}`,
      `${near === undefined ? '' : `Did you mean ${near}? `}Give a folder with config.json, *.safetensors and tokenizer.json, or a hub repository as OWNER/NAME${source.startsWith('./') ? ', without ./' : ''}.`,
    )
  onNotice(`${label}: no folder ${source} here${near === undefined ? '' : ` (there is ${near})`}; reading the hub repository of that name`)
  const { name, revision } = repository
  const fetched = needed === 'all' ? fetchModelSnapshot(name, revision) : fetchOutlineSnapshot(name, revision, { withTokenizer: needed === 'tokenizer' })
  const snapshot = await fetched.catch((error: unknown) => {
    throw near !== undefined && error instanceof HubError ? mistypedFolder(near, error) : error
  })
  return { label, source, settings, folder: snapshot.folder, revision: snapshot.revision }
}
