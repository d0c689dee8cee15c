/** The tensors that a config calls for, by the names of its family. */
import type { ModelConfig } from '../config/config.ts'
import { layerTensorName, type LayerRole } from '../families/tensor-names.ts'

/** A tensor that a checkpoint must hold. */
export interface ExpectedTensor {
  readonly name: string
  /** Projections are [out, in]. */
  readonly shape: readonly number[]
  readonly role: LayerRole | 'embeddings' | 'finalNorm' | 'head'
  /** Number of its layer; absent outside the layers. */
  readonly layer?: number
}

/** Every tensor of a model, in the order of its layers. */
export function expectedTensors(config: ModelConfig): ExpectedTensor[] {
  const { hiddenSize, vocabularySize, layerCount, tiedHead, tensorNames: names } = config
  return [
    { name: names.embeddings, shape: [vocabularySize, hiddenSize], role: 'embeddings' },
    ...Array.from({ length: layerCount }, (_, layer) => layerTensors(config, layer)).flat(),
    { name: names.finalNorm, shape: [hiddenSize], role: 'finalNorm' },
    ...(tiedHead ? [] : [{ name: names.head, shape: [vocabularySize, hiddenSize], role: 'head' } as const]),
  ]
}

/** Every tensor that a checkpoint may hold: those that the config calls for and the head of a tied model. */
export function possibleTensors(config: ModelConfig): ExpectedTensor[] {
  return expectedTensors({ ...config, tiedHead: false })
}

/** Whether a tensor is a matrix of a layer, the kind that can be quantized. */
export function isLayerMatrix({ layer, shape }: ExpectedTensor): boolean {
  return layer !== undefined && shape.length === 2
}

/** Parameters of the model that a config describes; a tied head counts once. */
export function countParameters(config: ModelConfig): number {
  return expectedTensors(config).reduce((sum, { shape }) => sum + shape.reduce((product, extent) => product * extent, 1), 0)
}

function layerTensors(config: ModelConfig, layer: number): ExpectedTensor[] {
  const { hiddenSize, intermediateSize, headSize, tensorNames: names } = config
  const queryWidth = config.headCount * headSize
  const keyWidth = config.keyValueHeadCount * headSize
  const tensor = (role: LayerRole, part: 'weight' | 'bias', shape: readonly number[]): ExpectedTensor => ({
    name: layerTensorName(names, layer, `${names.layer[role]}.${part}`),
    shape,
    role,
    layer,
  })
  const projection = (role: LayerRole, [out, input]: readonly [number, number], hasBias: boolean): ExpectedTensor[] => [
    tensor(role, 'weight', [out, input]),
    ...(hasBias ? [tensor(role, 'bias', [out])] : []),
  ]
  const norm = (role: LayerRole, size: number) => tensor(role, 'weight', [size])
  return [
    norm('inputNorm', hiddenSize),
    ...projection('query', [queryWidth, hiddenSize], config.queryKeyValueBias),
    ...projection('key', [keyWidth, hiddenSize], config.queryKeyValueBias),
    ...projection('value', [keyWidth, hiddenSize], config.queryKeyValueBias),
    ...(config.queryKeyNorm ? [norm('queryNorm', headSize), norm('keyNorm', headSize)] : []),
    ...projection('attentionOutput', [hiddenSize, queryWidth], config.attentionOutputBias),
    norm('feedForwardNorm', hiddenSize),
    ...projection('gate', [intermediateSize, hiddenSize], config.feedForwardBias),
    ...projection('up', [intermediateSize, hiddenSize], config.feedForwardBias),
    ...projection('down', [hiddenSize, intermediateSize], config.feedForwardBias),
  ]
}
