/** `--model NAME=WHERE,SETTING=VALUE…`: a folder, a repository of the hub or the addresses of servers, and how to run it. */
import path from 'node:path'
import { UsageError } from '../errors.ts'
import { MODEL_SETTINGS, type ModelSettings } from '../model/model-settings.ts'
import { unknownSetting } from './explain-missing-model.ts'
import { isServed, refuseSecrets, servedLabel } from './served-address.ts'

/** A model as it was given. */
export interface GivenModel {
  readonly label: string
  /** Folder, hub repository, or addresses with commas between. */
  readonly source: string
  readonly settings: ModelSettings
}

/** Parses `NAME=WHERE` or `WHERE`, which is then named for its last part; settings follow after commas. Fails with UsageError. */
export function parseModel(option: string): GivenModel {
  refuseSecrets(option)
  const [where, ...settings] = option.split(SETTING_START)
  const [, label, source] = /^([^=/\\]+)=(.+)$/su.exec(where!) ?? [undefined, undefined, where]
  if (source === undefined || source === '' || /^[^=/\\]+=$/u.test(source))
    throw new UsageError(
      `--model ${JSON.stringify(option)} names no model`,
      'Give --model NAME=FOLDER or NAME=OWNER/REPO; if it comes from a variable, check that the variable is set.',
    )
  if (source.startsWith('=')) throw new UsageError(`--model ${JSON.stringify(option)} has no name before =`, `Give --model NAME${source}, or leave = out.`)
  const given = settingsOf(settings, option)
  const usualLabel = isServed(source) ? servedLabel(source, given) : path.basename(source.split('@')[0]!)
  return { label: label ?? usualLabel, source, settings: given }
}

/**
 * The same for commands that read weights as they are stored: the whole text is the source. Fails with UsageError on a
 * setting, which would have no effect.
 */
export function parsePlainModel(option: string): GivenModel {
  const { label, settings } = parseModel(option)
  const [setting] = Object.keys(settings)
  if (setting !== undefined)
    throw new UsageError(
      `${JSON.stringify(option)} gives ${setting}, but this command reads weights as they are stored`,
      'Leave the setting out; `evalharness run` and `evalharness gate --model` take it.',
    )
  return { label, source: option, settings }
}

/** A comma before a setting: names of folders may contain commas. */
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
