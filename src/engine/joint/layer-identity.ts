/**
 * Which layers of several models are the same computation: equal bytes of all their tensors, and equal facts that the graph reads from the config. The
 * weights are taken as they are stored, with the settings of quantization and adapter: what is made of equal bytes in one way is equal.
 */
import { createHash } from 'node:crypto'
import path from 'node:path'
import { layerConfig, type LayerConfig } from '../../graph/decoder-layer.ts'
import { parseLayerTensor } from '../../model/families/tensor-names.ts'
import type { ModelConfig } from '../../model/config/config.ts'
import type { LowRankPair } from '../../model/runnable/runnable-weights.ts'
import type { QuantizeSetting } from '../../model/runnable/weight-settings.ts'
import { expectedTensors, isQuantizableMatrix } from '../../model/weights/expected-tensors.ts'
import type { PackedMatrix } from '../../model/weights/packed-matrix.ts'
import type { WeightTensor } from '../../model/weights/stored-tensor.ts'
import type { Weights } from '../../model/weights/weights.ts'
import type { LayerSequence } from '../../plan/layer-trie.ts'
import { digestTensors, type PlacedTensor } from './tensor-digests.ts'

/** A model before its weights are made ready. */
export interface ModelOutline {
  /** With the head untied if an adapter unties it. */
  readonly config: ModelConfig
  readonly weights: Weights & { readonly packed: ReadonlyMap<string, PackedMatrix> }
  readonly quantize?: QuantizeSetting | undefined
  /** The locations of its tensors are relative to its own root. */
  readonly adapter?:
    | {
        readonly root: string
        readonly pairs: ReadonlyMap<string, LowRankPair>
        readonly replaced: ReadonlyMap<string, WeightTensor>
        readonly isUntied: boolean
      }
    | undefined
}

/** The identities of a model's parts. */
export interface ModelIdentity extends LayerSequence {
  /** Of each plain tensor outside the layers, by name: equal for equal bytes. */
  readonly outside: ReadonlyMap<string, string>
}

/** The identities of models, comparable with each other only; by samples of the weights if they are enough. Fails with CheckpointError on a file that cannot be read. */
export async function identifyLayers(models: readonly ModelOutline[], options: { readonly samplesOnly?: boolean } = {}): Promise<ModelIdentity[]> {
  const made = models.map(describeTensors)
  const parts = made.flatMap((tensors) => [...tensors.values()].flatMap((tensor) => tensor.parts))
  const digestOf = await digestTensors(parts, options)
  return models.map(({ config }, model) => identity(config, made[model]!, digestOf))
}

/** What a tensor of a model is made of. */
interface MadeTensor {
  readonly parts: readonly PlacedTensor[]
  /** How it is made of them; undefined if it is used as it is stored. */
  readonly making?: unknown
}

/** All tensors of a model by name. */
function describeTensors({ config, weights, quantize, adapter }: ModelOutline): Map<string, MadeTensor> {
  return new Map(
    expectedTensors(config).map((expected) => {
      const { name } = expected
      const replaced = adapter?.replaced.get(name)
      const pair = adapter?.pairs.get(name)
      const packed = replaced ? undefined : weights.packed.get(name)
      // A head that an adapter unties without replacing it is that of the tied model, even if the checkpoint holds another.
      const source = adapter?.isUntied && name === config.tensorNames.head ? config.tensorNames.embeddings : name
      const stored = replaced ?? packed ?? weights.tensors.get(source)
      const parts = [...placedTensors(stored, replaced ? adapter!.root : weights.root), ...placedTensors(pair, adapter?.root ?? '')]
      const isQuantized = quantize !== undefined && !replaced && isQuantizableMatrix(expected)
      const making = packed || pair || isQuantized ? [withoutTensors(packed), withoutTensors(pair), isQuantized ? quantize : null] : undefined
      return [name, { parts, making }]
    }),
  )
}

function identity(config: ModelConfig, tensors: ReadonlyMap<string, MadeTensor>, digestOf: (tensor: PlacedTensor) => string): ModelIdentity {
  const { tensorNames } = config
  const byLayer = config.windows.map((): [string, unknown][] => [])
  const outside = new Map<string, string>()
  const describe = ({ parts, making = null }: MadeTensor) => [parts.map(digestOf), making]
  for (const [name, tensor] of tensors) {
    const place = parseLayerTensor(tensorNames, name)
    if (place) byLayer[place.layer]!.push([place.name, describe(tensor)])
    else if (tensor.making === undefined) outside.set(name, digestOf(tensor.parts[0]!))
  }
  const { embeddings: matrix, embeddingProjection: projection, embeddingNorm, positions } = tensorNames
  const embeddings = [matrix, ...(projection === undefined ? [] : [`${projection}.weight`]), ...(positions === undefined ? [] : [positions])]
  const norms = [...tensors.keys()].filter((name) => embeddingNorm !== undefined && name.startsWith(`${embeddingNorm}.`))
  return {
    embeddings: hashOf([embeddingFacts(config), [...embeddings, ...norms].map((name) => describe(tensors.get(name)!))]),
    layers: byLayer.map((own, layer) => hashOf([layerFacts(config, layer), own])),
    outside,
  }
}

/** What the graph of embeddings reads from the config. */
function embeddingFacts({ hiddenSize, embeddingWidth, embeddingScale, positionOffset, norm, normEpsilon, tensorNames: names }: ModelConfig): unknown {
  const hasNorm = names.embeddingNorm === undefined ? undefined : { norm, normEpsilon }
  return { hiddenSize, embeddingWidth, embeddingScale, positionOffset, hasPositions: names.positions !== undefined, hasNorm }
}

/** What the graph of a layer reads from the config: each field of LayerConfig, or why it is not one of a layer. */
function layerFacts(config: ModelConfig, layer: number): unknown {
  const own: LayerConfig = layerConfig(config, layer)
  const { layer: modules, queryKeyValueRows, areProjectionsTransposed } = own.tensorNames
  const facts: Record<keyof LayerConfig, unknown> = {
    window: own.window,
    layerRope: own.layerRope,
    isSparse: own.isSparse,
    headCount: own.headCount,
    keyValueHeadCount: own.keyValueHeadCount,
    headSize: own.headSize,
    attentionScale: own.attentionScale,
    attentionSoftcap: own.attentionSoftcap,
    alibi: own.alibi,
    hasSinks: own.hasSinks,
    normEpsilon: own.normEpsilon,
    queryKeyNorm: own.queryKeyNorm,
    queryKeyValueBias: own.queryKeyValueBias,
    attentionOutputBias: own.attentionOutputBias,
    projectionClip: own.projectionClip,
    rotaryWidth: own.rotaryWidth,
    isRotaryInterleaved: own.isRotaryInterleaved,
    tensorNames: [modules, queryKeyValueRows, areProjectionsTransposed],
    activation: own.activation,
    feedForwardBias: own.feedForwardBias,
    // Which layers have experts is `isSparse`.
    experts: own.isSparse ? { ...own.experts, layers: null } : null,
    hiddenSize: own.hiddenSize,
    intermediateSize: own.intermediateSize,
    norm: own.norm,
    isParallel: own.isParallel,
    residualScale: own.residualScale,
  }
  const rope = own.layerRope === 'none' ? null : own.layerRope === 'local' ? (config.localRope ?? config.rope) : config.rope
  return { ...facts, rope }
}

/** All tensors in a value, however deep, in the order of its fields. */
function placedTensors(value: unknown, root: string): PlacedTensor[] {
  if (typeof value !== 'object' || value === null) return []
  if (!isTensor(value)) return Object.values(value).flatMap((part) => placedTensors(part, root))
  const { dtype, shape, byteOffset, byteLength, location } = value
  return [{ dtype, shape, byteOffset, byteLength, file: path.join(root, location) }]
}

/** The same value with null for each tensor in it; null for undefined. */
function withoutTensors(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value ?? null
  if (isTensor(value)) return null
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, withoutTensors(part)]))
}

function isTensor(value: object): value is WeightTensor {
  return 'byteOffset' in value && 'location' in value
}

/** A hash of plain data; numbers that JSON does not have are named. */
function hashOf(value: unknown): string {
  const text = JSON.stringify(value, (_, part: unknown) => (typeof part === 'number' && !Number.isFinite(part) ? String(part) : part))
  return createHash('sha256').update(text).digest('hex')
}
