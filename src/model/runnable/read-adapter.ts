/** A LoRA adapter as PEFT saves it: adapter_config.json and adapter_model.safetensors. The rules are those of peft 0.21.2 (`tuners/lora/layer.py`). */
import { createHash } from 'node:crypto'
import path from 'node:path'
import { AdapterError } from '../../errors.ts'
import type { ModelConfig } from '../config/config.ts'
import { modelFile } from '../model-file.ts'
import { readSafetensorsHeader } from '../weights/safetensors.ts'
import type { WeightTensor } from '../weights/stored-tensor.ts'
import { hashWeights } from '../weights/weights-hash.ts'
import { rankAndScale, readAdapterConfig, type AdapterConfig } from './adapter-config.ts'
import { adaptedModel, checkAdapterShape, parseAdapterKey, type AdaptedModel } from './adapter-keys.ts'
import type { LowRankPair } from './runnable-weights.ts'
import { pathExists } from '../../io/path-exists.ts'

/** An adapter that fits its model. Locations are relative to `root`. */
export interface Adapter {
  /** Its folder, links resolved. */
  readonly root: string
  /** By the name of the weight that it adds to; the embedding's are [rank, vocabulary] and [hidden, rank]. */
  readonly pairs: ReadonlyMap<string, LowRankPair>
  /** Tensors that replace the model's: modules_to_save, and trained biases. */
  readonly replaced: ReadonlyMap<string, WeightTensor>
  /** It gives a tied model a head other than the embeddings. */
  readonly isUntied: boolean
  /** sha256 over the weights and the scales. */
  readonly hash: string
}

const WEIGHTS_FILE = 'adapter_model.safetensors'

/** The two matrices of a pair, as far as they were found. */
type Halves = Partial<Pick<LowRankPair, 'down' | 'up'>>

/** Reads and checks the adapter in `folder` for a model. Fails with AdapterError if it is of another kind or does not fit. */
export async function readAdapter(folder: string, config: ModelConfig): Promise<Adapter> {
  const adapterConfig = await readAdapterConfig(folder, config.tiedHead)
  const file = await weightsFile(folder)
  const model = adaptedModel(config, folder)
  const { halves, replaced, isUntied } = await readTensors(file, model, adapterConfig)
  const pairs = new Map([...halves].map(([name, found]) => [name, pairOf(name, found, adapterConfig, model)]))
  if (pairs.size + replaced.size === 0) throw new AdapterError(`${file} has no tensors`, 'Save the adapter again with save_pretrained().')
  const { embeddings, head } = config.tensorNames
  for (const [name, { shape }] of replaced)
    checkAdapterShape({ name, shape, ...((name === embeddings || name === head) && { vocabularyAxis: 0 }) }, model.shapes.get(name)!, folder)
  const root = path.dirname(file)
  const scales = [...pairs].map(([name, { scale }]) => [name, scale])
  const hash = createHash('sha256')
    .update(await hashWeights({ root, files: [path.basename(file)] }))
    .update(JSON.stringify(scales))
    .digest('hex')
  return { root, pairs, replaced, isUntied, hash }
}

/** The safetensors file. A pickle is never opened: it may run code. */
async function weightsFile(folder: string): Promise<string> {
  const file = await modelFile(folder, WEIGHTS_FILE)
  if (file !== undefined) return file
  const isPickled = await pathExists(path.join(folder, 'adapter_model.bin'))
  throw isPickled
    ? new AdapterError(`${folder} has adapter_model.bin, a pickle, which is never read`, 'Load it in PEFT and save_pretrained(safe_serialization=True).')
    : new AdapterError(`no ${WEIGHTS_FILE} in ${folder}`, 'Give the folder that PEFT saved the adapter to.')
}

async function readTensors(file: string, model: AdaptedModel, { modules_to_save: copied }: AdapterConfig) {
  const { embeddings, head } = model.config.tensorNames
  const location = path.basename(file)
  const halves = new Map<string, Halves>()
  const replaced = new Map<string, WeightTensor>()
  let isUntied = false
  for (const { name: key, dtype, shape, byteOffset, byteLength } of await readSafetensorsHeader(file)) {
    const tensor = { dtype, shape, location, byteOffset, byteLength }
    const { name, half, isCopy } = parseAdapterKey(key, model, copied)
    if (half) halves.set(name, { ...halves.get(name), [half]: tensor })
    else replaced.set(name, tensor)
    isUntied ||= model.config.tiedHead && isCopy === true && (name === head || name === embeddings)
  }
  return { halves, replaced, isUntied }
}

/** lora_A [rank, in] and lora_B [out, rank]. */
function pairOf(name: string, { down, up }: Halves, adapterConfig: AdapterConfig, { config, matrixShapes, folder }: AdaptedModel): LowRankPair {
  const { embeddings, head } = config.tensorNames
  const [rows, columns] = matrixShapes.get(name)! as [number, number]
  const module = name.slice(0, -'.weight'.length)
  if (!down || !up) throw new AdapterError(`${folder}: ${module} has only one of lora_A and lora_B`, 'The file is incomplete; copy or save the adapter again.')
  const { rank, scale } = rankAndScale(adapterConfig, module, folder)
  // An embedding's input is a token, so its lora_A is [rank, vocabulary] and its lora_B [hidden, rank]: its weight is [vocabulary, hidden].
  const isEmbedding = name === embeddings
  const [inputs, outputs] = isEmbedding ? [rows, columns] : [columns, rows]
  checkAdapterShape({ name: `${module}.lora_A`, shape: down.shape, vocabularyAxis: isEmbedding ? 1 : undefined }, [rank, inputs], folder)
  checkAdapterShape({ name: `${module}.lora_B`, shape: up.shape, vocabularyAxis: name === head ? 0 : undefined }, [outputs, rank], folder)
  return { rank, scale, down, up }
}
