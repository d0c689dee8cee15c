/** Finds the weight files of a folder; for a folder without weights, the error names what it contains instead. */
import { readdir } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import { CheckpointError } from '../../errors.ts'
import { GGUF, PICKLE_HINT } from '../../io/untrusted-file.ts'
import { parseJson } from '../../io/parse-json.ts'
import { modelFile, readModelFile } from '../model-file.ts'

const SINGLE_FILE = 'model.safetensors'
const INDEX_FILE = 'model.safetensors.index.json'
const indexSchema = z.looseObject({ weight_map: z.record(z.string(), z.string()) })

/** The files that hold the weights. */
export interface WeightFiles {
  /** Real paths. */
  readonly files: readonly string[]
  readonly notices: readonly string[]
}

/**
 * The single file if there is one, otherwise the index's: the order of transformers 5.24 (`_get_resolved_checkpoint_files`). Fails with
 * CheckpointError if there is neither, or a shard is missing.
 */
export async function findWeightFiles(folder: string): Promise<WeightFiles> {
  const single = await modelFile(folder, SINGLE_FILE)
  if (single !== undefined) return { files: [single], notices: await indexNotices(folder) }
  const names = await indexedFiles(folder)
  if (names === undefined) throw await noWeights(folder)
  return { files: await Promise.all(names.map((name) => shard(folder, name))), notices: [] }
}

/** Whether a folder has weights or an index of weights. */
export async function hasWeights(folder: string): Promise<boolean> {
  return (await modelFile(folder, SINGLE_FILE)) !== undefined || (await modelFile(folder, INDEX_FILE)) !== undefined
}

/** An index beside the single file is mostly what an older, sharded save left. */
async function indexNotices(folder: string): Promise<string[]> {
  let names: readonly string[] | undefined
  try {
    names = await indexedFiles(folder)
  } catch (error) {
    // A malformed index is not used and does not matter; a link out of the folder does.
    if (!(error instanceof UnusableIndexError)) throw error
    names = []
  }
  const others = names?.filter((name) => name !== SINGLE_FILE) ?? []
  if (names === undefined || (others.length === 0 && names.length > 0)) return []
  const shown = others.length === 0 ? INDEX_FILE : `${INDEX_FILE} and the ${others.length === 1 ? 'file' : `${others.length} files`} that it names`
  return [`the folder holds ${SINGLE_FILE} and ${shown}: ${SINGLE_FILE} is scored, as transformers does; remove the other, or the wrong one`]
}

/** An index that names no files. */
class UnusableIndexError extends CheckpointError {}

async function indexedFiles(folder: string): Promise<string[] | undefined> {
  const indexFile = path.join(folder, INDEX_FILE)
  const text = (await readModelFile(folder, INDEX_FILE))?.toString('utf8')
  if (text === undefined) return undefined
  let content: unknown
  try {
    content = parseJson(text)
  } catch (cause) {
    throw new UnusableIndexError(`${indexFile} is not JSON`, 'Download or copy the file again.', { cause })
  }
  const checked = indexSchema.safeParse(content)
  if (!checked.success)
    throw new UnusableIndexError(`${indexFile} is malformed: ${z.prettifyError(checked.error)}`, 'It maps tensor names to file names under "weight_map".')
  const names = [...new Set(Object.values(checked.data.weight_map))]
  for (const name of names) {
    if (name !== path.basename(name) || name !== path.win32.basename(name) || name === '..' || name === '.' || name === '' || name.includes('\0'))
      throw new CheckpointError(
        `${indexFile} names ${JSON.stringify(name)}, which is not a file of its folder`,
        'Get the checkpoint from a source that you trust.',
      )
  }
  if (names.length === 0) throw new UnusableIndexError(`${indexFile} names no files`, 'Download or copy the file again.')
  return names.sort()
}

async function shard(folder: string, name: string): Promise<string> {
  const file = await modelFile(folder, name)
  if (file !== undefined) return file
  throw new CheckpointError(`no such weight file: ${path.join(folder, name)}`, `${INDEX_FILE} names it. Download or copy the missing shard.`)
}

/** Names of files with weights in other formats, what they are, and what to do. */
const OTHER_FORMATS: readonly (readonly [RegExp, string, string])[] = [
  [
    /^adapter_model\.(?:safetensors|bin)$/u,
    'an adapter, not a model',
    'Give the model that it was trained on, and the adapter behind it: --model NAME=MODEL,adapter=FOLDER.',
  ],
  [/\.gguf$/iu, 'GGUF, which is not read', GGUF.hint],
  [/^ggml-.*\.bin$|\.ggml$/iu, 'GGML, which is not read', 'Give the checkpoint that it was made from: config.json, *.safetensors and tokenizer.json.'],
  [/\.(?:bin|pt|pth|ckpt|pkl)$/iu, 'a pickle, which is never read', PICKLE_HINT],
  [/\.onnx(?:_data)?$/iu, 'an ONNX graph, which is not read', 'Give the checkpoint that it was exported from; the graph is built from its weights.'],
  [/\.(?:h5|msgpack|tflite)$/iu, 'weights of TensorFlow or Flax, which are not read', 'Load them in transformers with PyTorch and save_pretrained().'],
  [/^model-\d{5}-of-\d{5}\.safetensors$/u, `a shard without ${INDEX_FILE}`, 'Download or copy the index too; it says which shards belong together.'],
  [
    /^model\..+\.safetensors$/u,
    'weights in another precision or format',
    `transformers loads it only by its name (variant); to score it, rename it to ${SINGLE_FILE}.`,
  ],
  [/^consolidated.*\.safetensors$/u, 'weights under the names of another library', `Give the folder with ${SINGLE_FILE}, or convert it with transformers.`],
  [/\.safetensors$/iu, `not called ${SINGLE_FILE}`, `If these are the model's weights, rename the file to ${SINGLE_FILE}.`],
]

async function noWeights(folder: string): Promise<CheckpointError> {
  const names: string[] = await readdir(folder).catch(() => [])
  for (const [pattern, what, hint] of OTHER_FORMATS) {
    const found = names.find((name) => pattern.test(name))
    if (found !== undefined) return new CheckpointError(`no ${SINGLE_FILE} in ${folder}; it holds ${found}, ${what}`, hint)
  }
  return new CheckpointError(
    `no weights in ${folder}: neither ${SINGLE_FILE} nor ${INDEX_FILE}`,
    'A model folder holds config.json, *.safetensors and tokenizer.json. Only safetensors weights are read.',
  )
}
