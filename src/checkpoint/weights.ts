/** The weights of a model folder: every tensor the config calls for, found in its safetensors files and checked. Bytes stay where they are. */
import path from 'node:path'
import { z } from 'zod'
import { CheckpointError } from '../errors.ts'
import { parseJson } from '../parse-json.ts'
import type { ModelConfig } from './config.ts'
import { expectedTensors } from './expected-tensors.ts'
import { modelFile, readModelFile } from './model-file.ts'
import { readSafetensorsHeader, type Dtype, type TensorEntry } from './safetensors.ts'

/** A tensor and where its bytes lie. */
export interface WeightTensor {
  readonly dtype: Dtype
  readonly shape: readonly number[]
  /** Path of its file below `Weights.root`, with forward slashes. */
  readonly location: string
  readonly byteOffset: number
  readonly byteLength: number
}

/** All tensors that a graph of the model needs. */
export interface Weights {
  /** The deepest folder that holds all weight files, links resolved: a hub cache keeps them as links into another folder. */
  readonly root: string
  readonly tensors: ReadonlyMap<string, WeightTensor>
}

const SINGLE_FILE = 'model.safetensors'
const INDEX_FILE = 'model.safetensors.index.json'
const indexSchema = z.looseObject({ weight_map: z.record(z.string(), z.string()) })

/** Finds the weights of the model in `folder`. Fails with CheckpointError on a missing, damaged, or disagreeing file or tensor. */
export async function readWeights(folder: string, config: ModelConfig): Promise<Weights> {
  const names = await weightFiles(folder)
  const files = await Promise.all(names.map((name) => resolveWeightFile(folder, name)))
  const headers = await Promise.all(files.map(readSafetensorsHeader))
  const entries = uniqueEntries(headers.flat())
  checkAgainstConfig(entries, config, folder)
  const root = commonFolder(files)
  const tensors = new Map<string, WeightTensor>()
  for (const { name, dtype, shape, file, byteOffset, byteLength } of entries.values()) {
    const location = path.relative(root, file).split(path.sep).join('/')
    tensors.set(name, { dtype, shape, location, byteOffset, byteLength })
  }
  return { root, tensors }
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

function uniqueEntries(entries: readonly TensorEntry[]): Map<string, TensorEntry> {
  const byName = new Map<string, TensorEntry>()
  for (const entry of entries) {
    const other = byName.get(entry.name)
    if (other) throw new CheckpointError(`tensor ${entry.name} is in both ${other.file} and ${entry.file}`, 'Keep the files of one checkpoint only.')
    byName.set(entry.name, entry)
  }
  return byName
}

function checkAgainstConfig(entries: ReadonlyMap<string, TensorEntry>, config: ModelConfig, folder: string): void {
  for (const { name, shape } of expectedTensors(config)) {
    const entry = entries.get(name)
    if (!entry) throw new CheckpointError(`${folder}: tensor ${name} is missing`, 'The weights are incomplete, or config.json belongs to another model.')
    if (entry.shape.join() !== shape.join()) {
      throw new CheckpointError(
        `${entry.file}: tensor ${name} has shape [${entry.shape.join(', ')}], config.json calls for [${shape.join(', ')}]`,
        'Weights and config.json belong to different models.',
      )
    }
  }
}

function commonFolder(files: readonly string[]): string {
  let folder = path.dirname(files[0]!)
  while (files.some((file) => path.relative(folder, file).startsWith('..'))) folder = path.dirname(folder)
  return folder
}
