/** The weights of a model folder: every tensor the config calls for, found in its safetensors files and checked. Bytes stay where they are. */
import path from 'node:path'
import { z } from 'zod'
import { CheckpointError } from '../errors.ts'
import { parseJson } from '../parse-json.ts'
import type { ModelConfig } from './config.ts'
import { expectedTensors, isProjection, type ExpectedTensor } from './expected-tensors.ts'
import { modelFile, readModelFile } from './model-file.ts'
import { findPackedMatrix, type PackedMatrix } from './packed-matrix.ts'
import { BYTES_PER_STORED_VALUE, BYTES_PER_VALUE, readSafetensorsHeader, type Dtype, type StoredDtype, type TensorEntry } from './safetensors.ts'

/** A tensor and where its bytes lie. */
export interface StoredTensor<D extends StoredDtype = StoredDtype> {
  readonly dtype: D
  readonly shape: readonly number[]
  /** Path of its file below `Weights.root`, with forward slashes. */
  readonly location: string
  readonly byteOffset: number
  readonly byteLength: number
}

/** A tensor of a model as it was trained. */
export type WeightTensor = StoredTensor<Dtype>

/** All tensors that a graph of the model needs. */
export interface Weights {
  /** The deepest folder that holds all weight files, links resolved: a hub cache keeps them as links into another folder. */
  readonly root: string
  readonly tensors: ReadonlyMap<string, WeightTensor>
}

/** Weights as a folder holds them. */
export interface StoredWeights extends Weights {
  /** Paths of the weight files below `root`, sorted. */
  readonly files: readonly string[]
  /** Projections that a quantising tool packed, by the name of the tensor that they stand for: `tensors` has no such. */
  readonly packed: ReadonlyMap<string, PackedMatrix>
}

const SINGLE_FILE = 'model.safetensors'
const INDEX_FILE = 'model.safetensors.index.json'
const indexSchema = z.looseObject({ weight_map: z.record(z.string(), z.string()) })

/**
 * Finds the weights of the model in `folder`. Fails with CheckpointError on a missing, damaged, or disagreeing file or tensor, and on quantised
 * weights unless they may be.
 */
export async function readWeights(folder: string, config: ModelConfig, { mayBeQuantized = false } = {}): Promise<StoredWeights> {
  const { quantization } = config
  if (quantization && !mayBeQuantized) {
    throw new CheckpointError(
      `${folder}: the weights are quantised with ${quantization.method}`,
      'They can be scored; to prune or map layers give the checkpoint before quantisation (F32, BF16 or F16 weights).',
    )
  }
  const names = await weightFiles(folder)
  const files = await Promise.all(names.map((name) => resolveWeightFile(folder, name)))
  const sizes = quantization ? BYTES_PER_STORED_VALUE : (BYTES_PER_VALUE as typeof BYTES_PER_STORED_VALUE)
  const headers = await Promise.all(files.map((file) => readSafetensorsHeader<StoredDtype>(file, sizes)))
  const entries = uniqueEntries(headers.flat())
  const root = commonFolder(files)
  const locate = (file: string) => path.relative(root, file).split(path.sep).join('/')
  const stored = new Map<string, StoredTensor>()
  for (const { name, dtype, shape, file, byteOffset, byteLength } of entries.values())
    stored.set(name, { dtype, shape, location: locate(file), byteOffset, byteLength })
  const packed = new Map<string, PackedMatrix>()
  for (const expected of expectedTensors(config)) {
    const matrix = quantization && isProjection(expected) ? await findPackedMatrix(expected, quantization, stored, root) : undefined
    if (matrix) packed.set(expected.name, matrix)
    else checkTensor(expected, entries.get(expected.name), folder)
  }
  const tensors = new Map([...stored].filter((entry): entry is [string, WeightTensor] => isPlain(entry[1]) && !packed.has(entry[0])))
  return { root, tensors, files: files.map(locate).sort(), packed }
}

/** The index's files where there is an index, otherwise the single file. */
async function weightFiles(folder: string): Promise<string[]> {
  const indexFile = path.join(folder, INDEX_FILE)
  const text = (await readModelFile(folder, INDEX_FILE))?.toString('utf8')
  if (text === undefined) return [SINGLE_FILE]
  let content: unknown
  try {
    content = parseJson(text)
  } catch (cause) {
    throw new CheckpointError(`${indexFile} is not JSON`, 'Download or copy the file again.', { cause })
  }
  const checked = indexSchema.safeParse(content)
  if (!checked.success)
    throw new CheckpointError(`${indexFile} is malformed: ${z.prettifyError(checked.error)}`, 'It maps tensor names to file names under "weight_map".')
  const names = [...new Set(Object.values(checked.data.weight_map))]
  for (const name of names) {
    if (name !== path.basename(name) || name !== path.win32.basename(name) || name === '..' || name === '.' || name === '' || name.includes('\0'))
      throw new CheckpointError(
        `${indexFile} names ${JSON.stringify(name)}, which is not a file of its folder`,
        'Get the checkpoint from a source that you trust.',
      )
  }
  if (names.length === 0) throw new CheckpointError(`${indexFile} names no files`, 'Download or copy the file again.')
  return names.sort()
}

async function resolveWeightFile(folder: string, name: string): Promise<string> {
  const file = await modelFile(folder, name)
  if (file !== undefined) return file
  throw new CheckpointError(
    `no such weight file: ${path.join(folder, name)}`,
    `A model folder holds ${SINGLE_FILE}, or shards and ${INDEX_FILE}. Only safetensors weights are read.`,
  )
}

function uniqueEntries(entries: readonly TensorEntry<StoredDtype>[]): Map<string, TensorEntry<StoredDtype>> {
  const byName = new Map<string, TensorEntry<StoredDtype>>()
  for (const entry of entries) {
    const other = byName.get(entry.name)
    if (other) throw new CheckpointError(`tensor ${entry.name} is in both ${other.file} and ${entry.file}`, 'Keep the files of one checkpoint only.')
    byName.set(entry.name, entry)
  }
  return byName
}

function checkTensor({ name, shape }: ExpectedTensor, entry: TensorEntry<StoredDtype> | undefined, folder: string): void {
  if (!entry) throw new CheckpointError(`${folder}: tensor ${name} is missing`, 'The weights are incomplete, or config.json belongs to another model.')
  if (entry.shape.join() !== shape.join()) {
    throw new CheckpointError(
      `${entry.file}: tensor ${name} has shape [${entry.shape.join(', ')}], config.json calls for [${shape.join(', ')}]`,
      'Weights and config.json belong to different models.',
    )
  }
  if (!isPlain(entry))
    throw new CheckpointError(`${entry.file}: tensor ${name} has dtype ${entry.dtype}`, `Supported: ${Object.keys(BYTES_PER_VALUE).join(', ')}.`)
}

function isPlain<T extends { readonly dtype: StoredDtype }>(tensor: T): tensor is T & { readonly dtype: Dtype } {
  return Object.hasOwn(BYTES_PER_VALUE, tensor.dtype)
}

/** The deepest folder that holds all the files. */
export function commonFolder(files: readonly string[]): string {
  let folder = path.dirname(files[0]!)
  while (files.some((file) => path.relative(folder, file).startsWith('..'))) folder = path.dirname(folder)
  return folder
}
