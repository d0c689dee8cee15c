/** The tensors that a config calls for, by the names of its family. */
import type { ModelConfig } from '../config/config.ts'
import { RMS_NORM, type NormForm } from '../families/decoder.ts'
import {
  headBiasName,
  isHeadNorm,
  isLayerNorm,
  isProjection,
  isQuantizable,
  layerTensorName,
  numberedModule,
  type LayerRole,
} from '../families/tensor-names.ts'

/** What a tensor outside the layers is for. */
type OutsideRole = (typeof OUTSIDE_ROLES)[number]
const OUTSIDE_ROLES = ['embeddings', 'embeddingProjection', 'positions', 'embeddingNorm', 'finalNorm', 'headProjection', 'head'] as const

/** A tensor that a checkpoint must hold. */
export interface ExpectedTensor {
  readonly name: string
  /** As it is stored. Projections are [out, in], if they are not transposed. */
  readonly shape: readonly number[]
  readonly role: LayerRole | OutsideRole
  /** Number of its layer; absent outside the layers. */
  readonly layer?: number
  /** A projection that is stored as [in, out]. */
  readonly isTransposed?: boolean
}

/** Every tensor of a model, in the order of its layers. */
export function expectedTensors(config: ModelConfig): ExpectedTensor[] {
  const { hiddenSize, embeddingWidth, vocabularySize, layerCount, maxPositions, tiedHead, headBias, positionOffset = 0, tensorNames: names } = config
  const projection = (role: 'embeddingProjection' | 'headProjection', shape: readonly number[]) =>
    names[role] === undefined ? [] : [{ name: `${names[role]}.weight`, shape, role }]
  const norm = (role: 'embeddingNorm' | 'finalNorm') =>
    names[role] === undefined ? [] : normParts(config.norm).map((part) => ({ name: `${names[role]}.${part}`, shape: [hiddenSize], role }))
  return [
    { name: names.embeddings, shape: [vocabularySize, embeddingWidth], role: 'embeddings' },
    ...projection('embeddingProjection', [hiddenSize, embeddingWidth]),
    ...(names.positions === undefined ? [] : [{ name: names.positions, shape: [maxPositions + positionOffset, hiddenSize], role: 'positions' } as const]),
    ...norm('embeddingNorm'),
    ...Array.from({ length: layerCount }, (_, layer) => layerTensors(config, layer)).flat(),
    ...norm('finalNorm'),
    ...projection('headProjection', [embeddingWidth, hiddenSize]),
    ...(tiedHead ? [] : [{ name: names.head, shape: [vocabularySize, embeddingWidth], role: 'head' } as const]),
    ...(headBias ? [{ name: headBiasName(names.head), shape: [vocabularySize], role: 'head' } as const] : []),
  ]
}

/** Every tensor that a checkpoint may hold: those that the config calls for and the head of a tied model. */
export function possibleTensors(config: ModelConfig): ExpectedTensor[] {
  return expectedTensors({ ...config, tiedHead: false })
}

/** Whether a tensor is a matrix that can be quantized: of a layer, or between embeddings and hidden states of other widths. */
export function isQuantizableMatrix({ role, shape }: ExpectedTensor): boolean {
  const canBe = isLayerRole(role) ? isQuantizable(role) : role === 'embeddingProjection' || role === 'headProjection'
  return canBe && shape.length === 2
}

/** The shape of a matrix as its input is multiplied with it: [out, in], however it is stored. */
export function matrixShape({ shape, isTransposed }: ExpectedTensor): readonly number[] {
  return isTransposed ? shape.toReversed() : shape
}

/** Parameters of the model that a config describes; a tied head counts once. */
export function countParameters(config: ModelConfig): number {
  return expectedTensors(config).reduce((sum, { shape }) => sum + shape.reduce((product, extent) => product * extent, 1), 0)
}

function isLayerRole(role: ExpectedTensor['role']): role is LayerRole {
  return !OUTSIDE_ROLES.some((outside) => outside === role)
}

function layerTensors(config: ModelConfig, layer: number): ExpectedTensor[] {
  const { tensorNames: names } = config
  const roles = layerRoles(config, layer)
  return roles.flatMap((role) => {
    const module = names.layer[role]!
    if (role === 'sinks') return [{ name: layerTensorName(names, layer, module), shape: [config.headCount], role, layer }]
    const named = (number: number, part: string) => layerTensorName(names, layer, `${numberedModule(module, number)}.${part}`)
    const count = !module.includes('{}') ? 1 : isHeadNorm(role) ? headsOf(config, role) : config.experts!.count
    return Array.from({ length: count }, (_, number) => number).flatMap((number) =>
      moduleTensors(config, role, count > 1).map(({ part, shape }): ExpectedTensor => {
        const isTransposed = names.areProjectionsTransposed === true && isProjection(role) && shape.length === 2
        return { name: named(number, part), shape: isTransposed ? shape.toReversed() : shape, role, layer, ...(isTransposed && { isTransposed }) }
      }),
    )
  })
}

const DENSE: readonly LayerRole[] = ['gate', 'up', 'gateUp', 'down']
const SPARSE: readonly LayerRole[] = ['router', 'expertGate', 'expertUp', 'expertDown', 'sharedGate', 'sharedUp', 'sharedDown', 'sharedSwitch']

/** Roles of the modules that a layer has. */
export function layerRoles(
  { queryKeyNorm, experts, tensorNames: names }: Pick<ModelConfig, 'queryKeyNorm' | 'experts' | 'tensorNames'>,
  layer: number,
): LayerRole[] {
  const absent = new Set(experts?.layers[layer] ? DENSE : SPARSE)
  return (Object.keys(names.layer) as LayerRole[]).filter((role) => !absent.has(role) && (queryKeyNorm !== undefined || !isHeadNorm(role)))
}

/** Parts of a norm that are stored. */
function normParts({ hasWeight, hasBias }: NormForm): ('weight' | 'bias')[] {
  return [...(hasWeight ? ['weight' as const] : []), ...(hasBias ? ['bias' as const] : [])]
}

function headsOf({ headCount, keyValueHeadCount }: ModelConfig, role: LayerRole): number {
  return role === 'queryNorm' ? headCount : keyValueHeadCount
}

/** Tensors of one module of a layer; `isOneOfMany` for a norm that is stored for each head. */
function moduleTensors(config: ModelConfig, role: LayerRole, isOneOfMany: boolean): { readonly part: 'weight' | 'bias'; readonly shape: readonly number[] }[] {
  if (isProjection(role)) {
    const [out, input] = projectionShape(config, role)
    return [{ part: 'weight', shape: [out, input] }, ...(hasBias(config, role) ? [{ part: 'bias', shape: [out] } as const] : [])]
  }
  if (isLayerNorm(role)) return normParts(config.norm).map((part) => ({ part, shape: [config.hiddenSize] }))
  const { over, form } = config.queryKeyNorm ?? { over: 'head', form: RMS_NORM }
  const heads = headsOf(config, role)
  const shape = over === 'width' ? [heads * config.headSize] : over === 'heads' && !isOneOfMany ? [heads, config.headSize] : [config.headSize]
  return normParts(form).map((part) => ({ part, shape }))
}

function hasBias({ queryKeyValueBias, attentionOutputBias, feedForwardBias }: ModelConfig, role: LayerRole): boolean {
  switch (role) {
    case 'query':
    case 'key':
    case 'value':
    case 'queryKeyValue':
      return queryKeyValueBias
    case 'attentionOutput':
      return attentionOutputBias
    case 'gate':
    case 'up':
    case 'gateUp':
    case 'down':
      return feedForwardBias
    default:
      return false
  }
}

/** [out, in] of a projection. */
export function projectionShape(
  { hiddenSize, intermediateSize, headCount, keyValueHeadCount, headSize, experts }: ProjectionWidths,
  role: LayerRole,
): readonly [number, number] {
  const queryWidth = headCount * headSize
  const keyWidth = keyValueHeadCount * headSize
  switch (role) {
    case 'query':
      return [queryWidth, hiddenSize]
    case 'key':
    case 'value':
      return [keyWidth, hiddenSize]
    case 'queryKeyValue':
      return [queryWidth + 2 * keyWidth, hiddenSize]
    case 'attentionOutput':
      return [hiddenSize, queryWidth]
    case 'gate':
    case 'up':
      return [intermediateSize, hiddenSize]
    case 'gateUp':
      return [2 * intermediateSize, hiddenSize]
    case 'down':
      return [hiddenSize, intermediateSize]
    case 'router':
      return [experts!.count, hiddenSize]
    case 'expertGate':
    case 'expertUp':
      return [experts!.width, hiddenSize]
    case 'expertDown':
      return [hiddenSize, experts!.width]
    case 'sharedGate':
    case 'sharedUp':
      return [experts!.sharedWidth!, hiddenSize]
    case 'sharedDown':
      return [hiddenSize, experts!.sharedWidth!]
    case 'sharedSwitch':
      return [1, hiddenSize]
    default:
      throw new Error(`${role} is not a projection`)
  }
}

/** What the shapes of projections follow from. */
export type ProjectionWidths = Pick<ModelConfig, 'hiddenSize' | 'intermediateSize' | 'headCount' | 'keyValueHeadCount' | 'headSize' | 'experts'>
