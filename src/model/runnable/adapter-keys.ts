/** Keys of adapter_model.safetensors (peft 0.21.2, `utils/save_and_load.py`): which tensor of the model each one adds to or replaces. */
import { AdapterError } from '../../errors.ts'
import type { ModelConfig } from '../config/config.ts'
import { parseLayerTensor } from '../families/tensor-names.ts'
import { matrixShape, possibleTensors } from '../weights/expected-tensors.ts'

/** The model that an adapter is for, as its keys need it. */
export interface AdaptedModel {
  readonly config: ModelConfig
  /** Shapes of all tensors that a key may name, as they are stored; the head of a tied model too, which an adapter may untie. */
  readonly shapes: ReadonlyMap<string, readonly number[]>
  /** [out, in] of the matrices among them. */
  readonly matrixShapes: ReadonlyMap<string, readonly number[]>
  /** The adapter's folder, for errors. */
  readonly folder: string
}

/** A parsed key. */
export interface AdapterKey {
  /** The model's tensor. */
  readonly name: string
  /** Which half of a pair the tensor is: `down` is lora_A, `up` is lora_B. Absent if the tensor replaces the model's. */
  readonly half?: 'down' | 'up'
  /** It is the copy of a module (modules_to_save), which a tied model has for embeddings and head separately. */
  readonly isCopy?: boolean
}

const HALVES: Readonly<Record<string, 'down' | 'up'>> = { lora_A: 'down', lora_embedding_A: 'down', lora_B: 'up', lora_embedding_B: 'up' }

/** The model as its keys need it. */
export function adaptedModel(config: ModelConfig, folder: string): AdaptedModel {
  const tensors = possibleTensors(config)
  return {
    config,
    folder,
    shapes: new Map(tensors.map(({ name, shape }) => [name, shape])),
    matrixShapes: new Map(tensors.map((tensor) => [tensor.name, matrixShape(tensor)])),
  }
}

/** Fails with AdapterError on a key that does not name a tensor of the model. */
export function parseAdapterKey(key: string, { config, shapes, folder }: AdaptedModel, copiedModules: readonly string[] | null | undefined): AdapterKey {
  const { layerCount, tiedHead, tensorNames: names } = config
  const [, place] = /^base_model\.model\.(.+)$/su.exec(key) ?? []
  // A module with a pair may be saved whole: an embedding always, a bias if it is trained.
  const inner = place?.replace(/\.base_layer(?=\.[^.]+$)/u, '')
  if (inner === undefined) throw new AdapterError(`${folder}: ${key} is not a key of PEFT`, 'Keys begin with base_model.model.')
  const layer = parseLayerTensor(names, inner)?.layer
  if (layer !== undefined && layer >= layerCount) {
    throw new AdapterError(
      `${folder} has weights for layer ${layer}, the model has layers 0 to ${layerCount - 1}: it was trained on the unpruned model`,
      'Use it with the model that it was trained on, or train one on this model.',
    )
  }
  const [, module, part] = /^(.+)\.(lora_A|lora_B|lora_embedding_A|lora_embedding_B)(?:\.weight)?$/u.exec(inner) ?? []
  const name = module === undefined ? inner : `${module}.weight`
  const shape = shapes.get(name)
  const isEmbedding = name === names.embeddings
  if (!shape || (part !== undefined && (shape.length !== 2 || isEmbedding !== part.startsWith('lora_embedding')))) {
    throw new AdapterError(`${folder}: ${key} does not name a tensor of the model`, 'The adapter was trained on a model of another architecture.')
  }
  if (part !== undefined) return { name, half: HALVES[part]! }
  // modules_to_save are copies of modules. Anything else is the model's own tensor, and a tied head has none but the embeddings.
  const isCopy = copiedModules?.some((module) => name.slice(0, name.lastIndexOf('.')).endsWith(module))
  return { name: tiedHead && name === names.head && !isCopy ? names.embeddings : name, ...(isCopy && { isCopy }) }
}

/** Compares the shape of a tensor with the model's; `vocabularyAxis` is the axis that counts tokens. Fails with AdapterError. */
export function checkAdapterShape(
  tensor: { readonly name: string; readonly shape: readonly number[]; readonly vocabularyAxis?: number | undefined },
  expected: readonly number[],
  folder: string,
): void {
  const { name, shape, vocabularyAxis: axis } = tensor
  if (shape.join() === expected.join()) return
  if (axis !== undefined && shape.length === expected.length && shape.every((extent, index) => index === axis || extent === expected[index]))
    throw new AdapterError(
      `${folder}: ${name} has ${shape[axis]} tokens, the model's vocabulary ${expected[axis]}: the vocabulary was resized before the adapter was trained`,
      `Merge it in PEFT: load the model, resize_token_embeddings(${shape[axis]}), load the adapter on it, merge_and_unload(), and save model and tokenizer.`,
    )
  throw new AdapterError(
    `${folder}: ${name} has shape [${shape.join(', ')}], its config and the model call for [${expected.join(', ')}]`,
    'The adapter was trained on another model, or its config belongs to another file.',
  )
}
