/** `--model NAME=WHERE,SETTING=VALUE…`: a folder, a repository of the hub, or the addresses of servers, and how it is to be run. */
import path from 'node:path'
import { CheckpointError, UsageError } from '../errors.ts'
import type { ModelSource } from '../run/model-source.ts'
import { MODEL_SETTINGS, type ModelSettings } from '../model/model-settings.ts'
import { fetchModelSnapshot, fetchOutlineSnapshot } from '../hub/hub.ts'
import { repositoryReference } from '../hub/repository.ts'
import { isFolder } from '../io/path-exists.ts'
import { nearFolder, notAFolder, unknownSetting } from './no-model.ts'
import { isServed, locateServed, refuseSecrets, SERVED_SETTINGS, servedLabel } from './served-option.ts'

/** A model as the user named it. */
export interface ModelOption {
  readonly label: string
  readonly source: string
  readonly settings: ModelSettings
}

/** `NAME=WHERE` or `WHERE`, which is then named for its last part; settings follow behind commas. */
export function parseModelOption(option: string): ModelOption {
  refuseSecrets(option)
  const [where, ...settings] = option.split(SETTING_START)
  const [, label, source] = /^([^=/\\]+)=(.+)$/su.exec(where!) ?? [undefined, undefined, where]
  if (source === undefined || source === '')
    throw new UsageError(`--model ${JSON.stringify(option)} names no model`, 'Give --model NAME=FOLDER or NAME=OWNER/REPO.')
  const given = settingsOf(settings, option)
  const served = isServed(source)
  return { label: label ?? (served ? servedLabel(source, given) : path.basename(source.split('@')[0]!)), source, settings: given }
}

/**
 * The same for commands that read weights as they lie in their files: all of the text says where. Fails with UsageError on a setting, which would
 * be without effect.
 */
export function parsePlainModel(option: string): ModelOption {
  const { label, settings } = parseModelOption(option)
  const [setting] = Object.keys(settings)
  if (setting !== undefined)
    throw new UsageError(
      `${JSON.stringify(option)} gives ${setting}, but weights are read as they lie in their files here`,
      'Leave it out; `evalharness run` knows it.',
    )
  return { label, source: option, settings }
}

/** A comma that a setting follows: folders may have commas in their names. */
const SETTING_START = new RegExp(`,(?=(?:${MODEL_SETTINGS.join('|')})=)`, 'u')

function settingsOf(entries: readonly string[], option: string): ModelSettings {
  const settings = new Map<string, string>()
  for (const entry of entries) {
    const [name, value] = [entry.slice(0, entry.indexOf('=')), entry.slice(entry.indexOf('=') + 1)]
    if (value === '') throw new UsageError(`--model ${JSON.stringify(option)} gives ${name} no value`, `Give ${name}=VALUE, or leave it out.`)
    if (settings.has(name)) throw new UsageError(`--model ${JSON.stringify(option)} gives ${name} twice`, 'Give it once.')
    const unknown = unknownSetting(value)
    if (unknown) throw unknown
    settings.set(name, value)
  }
  return Object.fromEntries(settings)
}

/** What of a repository is needed: to score it, to plan a run, or to plan sizes. */
export type NeededFiles = 'all' | 'tokenizer' | 'config'

/** Finds the files: a folder as it is; of `OWNER/REPO` or `OWNER/REPO@REVISION` what is needed is fetched into the hub's cache. */
export async function locateModel(
  { label, source, settings }: ModelOption,
  onNotice: (notice: string) => void,
  needed: NeededFiles = 'all',
): Promise<ModelSource> {
  if (isServed(source)) return locateServed({ label, source, settings })
  const [foreign] = SERVED_SETTINGS.filter((name) => settings[name] !== undefined)
  if (foreign !== undefined)
    throw new UsageError(
      `${label}: ${foreign} is for a model on a server only`,
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
      `${near === undefined ? '' : `Did you mean ${near}? `}Give a folder with config.json, *.safetensors and tokenizer.json, or a hub repository as OWNER/NAME.`,
    )
  onNotice(`${label}: no folder ${source} here${near === undefined ? '' : ` (there is ${near})`}, so it is taken for a repository of the hub`)
  const { name, revision } = repository
  const snapshot = await (needed === 'all'
    ? fetchModelSnapshot(name, revision)
    : fetchOutlineSnapshot(name, revision, { withTokenizer: needed === 'tokenizer' }))
  return { label, source, settings, folder: snapshot.folder, revision: snapshot.revision }
}
