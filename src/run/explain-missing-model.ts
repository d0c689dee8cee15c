/** The error if `--model` does not name a folder: an unknown setting, a file, or a name that is nearly right. */
import { readdir, stat } from 'node:fs/promises'
import path from 'node:path'
import { CheckpointError, UsageError, type HarnessError } from '../errors.ts'
import { otherFormatOfFile, GGUF, PICKLE_HINT } from '../io/untrusted-file.ts'
import { isFolder } from '../io/path-exists.ts'
import { lookUp } from '../io/look-up.ts'
import { MODEL_SETTINGS } from '../model/model-settings.ts'
import { didYouMean, nearestName } from '../text/nearest-name.ts'

/** Settings of other programs, and the equivalents here. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  dtype: 'The type is the same for all models of a run: --dtype f32, f16 or bf16.',
  torch_dtype: 'The type is the same for all models of a run: --dtype f32, f16 or bf16.',
  device: 'The device is the same for all models of a run: --device cpu, webgpu or cuda:0.',
  revision: 'Write it after the repository: OWNER/NAME@REVISION.',
  load_in_4bit: 'Give quantize=nf4.',
  load_in_8bit: 'Give quantize=int8.',
  blocksize: 'Give block=N.',
  block_size: 'Give block=N.',
  group_size: 'Give block=N.',
  nf4: 'Give quantize=nf4.',
  int8: 'Give quantize=int8.',
  int4: 'Give quantize=int4.',
  peft: 'Give adapter=FOLDER.',
  lora: 'Give adapter=FOLDER.',
  max_length: 'The window is the same for all models of a run: --max-length N.',
  batch_size: 'Give --batch-tokens N.',
  num_concurrent: 'Give concurrency=N.',
  model: 'Give name=MODEL.',
  base_url: 'Give the address itself: --model NAME=http://HOST:PORT/v1,tokenizer=WHERE.',
}

/** The error for an unknown setting after a model; undefined if there is none. Values are not shown: one may be a key. */
export function unknownSetting(text: string): UsageError | undefined {
  const [, name] = /,\s*([A-Za-z][\w-]{0,40})\s*=/u.exec(text) ?? []
  return name === undefined ? undefined : settingError(name)
}

function settingError(name: string): UsageError {
  const known = MODEL_SETTINGS.join(', ')
  const other = lookUp(ELSEWHERE, name.toLowerCase().replaceAll('-', '_'))
  const hint = other ? `${other} Settings of a model: ${known}.` : `${didYouMean(name, MODEL_SETTINGS)}Known: ${known}.`
  return new UsageError(`${JSON.stringify(name)} is not a setting of a model`, hint)
}

/** The error for a text that is not a folder; undefined if it may be a hub repository. */
export async function notAFolder(source: string): Promise<HarnessError | undefined> {
  const setting = unknownSetting(source)
  if (setting) return setting
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

/** The folder whose name is nearest to the last part of the path; undefined if none is near. */
export async function nearFolder(source: string): Promise<string | undefined> {
  const parent = path.dirname(source)
  const names = await readdir(parent).catch(() => [])
  const nearest = nearestName(path.basename(source), names)
  if (nearest === undefined) return undefined
  const near = path.join(parent, nearest)
  return (await isFolder(near)) ? near : undefined
}
