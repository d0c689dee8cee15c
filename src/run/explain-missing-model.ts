/** The error if `--model` does not name a folder: an unknown setting, a file, or a name that is nearly right. */
import { stat } from 'node:fs/promises'
import path from 'node:path'
import { CheckpointError, HubError, UsageError, type HarnessError } from '../errors.ts'
import { otherFormatOfFile, GGUF, PICKLE_HINT } from '../io/untrusted-file.ts'
import { isFolder } from '../io/path-exists.ts'
import { lookUp } from '../io/look-up.ts'
import { MODEL_SETTINGS } from '../model/model-settings.ts'
import { modelArgumentHint } from './lm-eval/model-arguments.ts'
import { explainModelKind } from './lm-eval/translate-model.ts'
import { didYouMean } from '../text/nearest-name.ts'

/** Names of settings in other programs and in speech, and the equivalents here; lm-eval's are in its table. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  blocksize: 'Give block=N.',
  block_size: 'Give block=N.',
  group_size: 'Give block=N.',
  nf4: 'Give quantize=nf4.',
  int8: 'Give quantize=int8.',
  int4: 'Give quantize=int4.',
  lora: 'Give adapter=FOLDER.',
}

/** The error for an unknown setting after a model; undefined if there is none. Values are not shown: one may be a key. */
export function unknownSetting(text: string): UsageError | undefined {
  const [, name] = /,\s*([A-Za-z][\w-]{0,40})\s*=/u.exec(text) ?? []
  return name === undefined ? undefined : settingError(name)
}

function settingError(name: string): UsageError {
  const known = MODEL_SETTINGS.join(', ')
  const key = name.toLowerCase().replaceAll('-', '_')
  const other = lookUp(ELSEWHERE, key) ?? modelArgumentHint(key)
  const hint = other ? `${other} Settings of a model: ${known}.` : `${didYouMean(name, MODEL_SETTINGS)}Known: ${known}.`
  return new UsageError(`${JSON.stringify(name)} is not a setting of a model`, hint)
}

/** The error for a text that is not a folder; undefined if it may be a hub repository. */
export async function notAFolder(source: string): Promise<HarnessError | undefined> {
  const error = unknownSetting(source) ?? explainModelKind(source)
  if (error) return error
  const comma = source.lastIndexOf(',')
  if (comma > 0 && (await isFolder(source.slice(0, comma)))) return settingError(source.slice(comma + 1))
  const entry = await stat(source).catch(() => undefined)
  return entry?.isFile() ? fileError(source) : undefined
}

/** A model is a folder of files. */
async function fileError(file: string): Promise<CheckpointError> {
  const folder = path.dirname(file)
  const name = path.basename(file)
  const other = await otherFormatOfFile(file)
  if (/\.gguf$/iu.test(name)) return new CheckpointError(`${file} ${GGUF.what}`, GGUF.hint)
  if (other) return new CheckpointError(`${file} ${other.what}`, other.hint)
  if (/\.(?:bin|pt|pth|ckpt|pkl)$/iu.test(name)) return new CheckpointError(`${file} is a pickle, which is never read`, PICKLE_HINT)
  if (/\.onnx$/iu.test(name))
    return new CheckpointError(`${file} is an ONNX graph, which is not read`, 'Give the folder of the checkpoint that it was exported from.')
  const isPart = /\.safetensors$|\.json$/iu.test(name)
  return new CheckpointError(
    `${file} is a file; a model is a folder`,
    isPart ? `Give the folder that holds it: ${folder}.` : 'Give a folder with config.json, *.safetensors and tokenizer.json.',
  )
}

/** The hub's error for a repository that may have been meant as the folder `near`. */
export function mistypedFolder(near: string, error: HubError): HubError {
  return new HubError(error.message, `Did you mean the folder ${near}? ${error.hint}`, { cause: error })
}
