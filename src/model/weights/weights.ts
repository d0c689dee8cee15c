/** The weights of a model folder: every tensor the config calls for, found in its safetensors files and checked. Bytes are not moved. */
import path from 'node:path'
import { CheckpointError } from '../../errors.ts'
import type { ModelConfig } from '../config/config.ts'
import type { StoredQuantization } from '../config/quantization-config.ts'
import { canonicalNames } from './canonical-names.ts'
import { expectedTensors, isQuantizableMatrix, matrixShape, type ExpectedTensor } from './expected-tensors.ts'
import { findPackedMatrix, type PackedMatrix } from './packed-matrix.ts'
import { BYTES_PER_STORED_VALUE, BYTES_PER_VALUE, readSafetensorsHeader, type Dtype, type StoredDtype, type TensorEntry } from './safetensors.ts'
import { tensorReader } from './tensor-bytes.ts'
import { haveEqualValues } from './equal-values.ts'
import type { StoredTensor, WeightTensor } from './stored-tensor.ts'
import { missingTensor, unusedTensors, wrongShape } from './tensor-messages.ts'
import { findWeightFiles } from './weight-files.ts'

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
  /** Projections that a quantizing tool packed, by the name of the weight; `tensors` does not have them. */
  readonly packed: ReadonlyMap<string, PackedMatrix>
  /** Notices about unused tensors, as sentences for the user. */
  readonly notices: readonly string[]
}

/**
 * Finds the weights of the model in `folder`. Fails with CheckpointError on a missing, damaged, or disagreeing file or tensor, and on quantized
 * weights unless they may be.
 */
export async function readWeights(folder: string, config: ModelConfig, { mayBeQuantized = false } = {}): Promise<StoredWeights> {
  const { quantization } = config
  if (!mayBeQuantized) refuseQuantized(folder, config)
  const { files, notices } = await findWeightFiles(folder)
  const sizes = quantization ? BYTES_PER_STORED_VALUE : (BYTES_PER_VALUE as typeof BYTES_PER_STORED_VALUE)
  const headers = await Promise.all(files.map((file) => readSafetensorsHeader<StoredDtype>(file, sizes)))
  const nameOf = canonicalNames(config)
  const entries = uniqueEntries(headers.flat().map((entry) => ({ ...entry, name: nameOf(entry.name) })))
  const root = commonFolder(files)
  const locate = (file: string) => path.relative(root, file).split(path.sep).join('/')
  const stored = new Map<string, StoredTensor>()
  for (const { name, dtype, shape, file, byteOffset, byteLength } of entries.values())
    stored.set(name, { dtype, shape, location: locate(file), byteOffset, byteLength })
  const packed = new Map<string, PackedMatrix>()
  for (const expected of expectedTensors(config)) {
    const matrix =
      quantization && mayBePacked(expected, quantization)
        ? await findPackedMatrix({ ...expected, shape: matrixShape(expected) }, quantization, stored, root)
        : undefined
    if (matrix) packed.set(expected.name, matrix)
    else checkTensor(expected, entries, config, folder)
  }
  const tensors = new Map([...stored].filter((entry): entry is [string, WeightTensor] => isPlain(entry[1]) && !packed.has(entry[0])))
  const headNotices = (await headDiffers(config, root, tensors)) ? [otherHead(config)] : []
  return {
    root,
    tensors,
    files: files.map(locate).sort(),
    packed,
    notices: [...notices, ...headNotices, ...unusedTensors(config, [...entries.keys()], packed)],
  }
}

function otherHead({ tensorNames }: ModelConfig): string {
  return (
    `config.json ties the head to the embeddings, and the weights hold ${tensorNames.head} with other values: not used, as in lm-eval, which ties them; ` +
    'transformers alone would use it. If the model has a head of its own, set tie_word_embeddings to false'
  )
}

/** Fails with CheckpointError if the config says that the weights are quantized. */
export function refuseQuantized(folder: string, { quantization }: ModelConfig): void {
  if (quantization)
    throw new CheckpointError(
      `${folder}: the weights are quantized with ${quantization.method}`,
      'They can be scored; to prune or map layers give the checkpoint before quantization (F32, BF16 or F16 weights).',
    )
}

/** Whether a tied model has a head with values of its own: many checkpoints hold a copy of the embeddings. */
async function headDiffers(config: ModelConfig, root: string, tensors: StoredWeights['tensors']): Promise<boolean> {
  const { tiedHead, vocabularySize, embeddingWidth, tensorNames: names } = config
  const head = tensors.get(names.head)
  if (!tiedHead || !head) return false
  const embeddings = tensors.get(names.embeddings)!
  if (head.shape.join() !== [vocabularySize, embeddingWidth].join())
    throw new CheckpointError(
      `${path.join(root, head.location)}: tensor ${names.head} has shape [${head.shape.join(', ')}], config.json calls for [${vocabularySize}, ${embeddingWidth}]`,
      'Weights and config.json belong to different models.',
    )
  await using reader = tensorReader(root)
  return !(await haveEqualValues(head, embeddings, reader))
}

function uniqueEntries(entries: readonly TensorEntry<StoredDtype>[]): Map<string, TensorEntry<StoredDtype>> {
  const byName = new Map<string, TensorEntry<StoredDtype>>()
  for (const entry of entries) {
    const other = byName.get(entry.name)
    if (other?.file === entry.file)
      throw new CheckpointError(`${entry.file} holds tensor ${entry.name} twice, with and without a prefix`, 'Keep the one that belongs to the model.')
    if (other) throw new CheckpointError(`tensor ${entry.name} is in both ${other.file} and ${entry.file}`, 'Keep the files of one checkpoint only.')
    byName.set(entry.name, entry)
  }
  return byName
}

function checkTensor(expected: ExpectedTensor, entries: ReadonlyMap<string, TensorEntry<StoredDtype>>, config: ModelConfig, folder: string): void {
  const entry = entries.get(expected.name)
  if (!entry) throw missingTensor(expected, config, entries, folder)
  if (entry.shape.join() !== expected.shape.join()) throw wrongShape(expected, config, entries)
  if (!isPlain(entry))
    throw new CheckpointError(`${entry.file}: tensor ${expected.name} has dtype ${entry.dtype}`, `Supported: ${Object.keys(BYTES_PER_VALUE).join(', ')}.`)
}

/** Some tools quantize the projections of layers only; others the matrix of any linear module, such as the head. */
function mayBePacked(expected: ExpectedTensor, { method }: StoredQuantization): boolean {
  return method === 'compressed-tensors' || method === 'fp8' ? expected.shape.length === 2 && !expected.isTransposed : isQuantizableMatrix(expected)
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
