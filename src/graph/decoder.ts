/**
 * The scoring graph of a decoder-only model, of the parts that its family declares (src/model/families). Tokens of many token trees are packed one after another, so that no matrix product sees padding; only attention lays them out in rows.
 */
import type { ModelConfig } from '../model/config/config.ts'
import type { RunnableWeights } from '../model/runnable/runnable-weights.ts'
import { productAttention, productAttentionInputs } from './attention/product-attention.ts'
import type { Projections } from './blocks/attention.ts'
import type { Block } from './blocks/block.ts'
import { embedTokens } from './blocks/embedding.ts'
import { divergenceFromStates, hiddenStatesOutput, originalStates } from './blocks/divergence.ts'
import { HEAD_INPUTS, HEAD_OUTPUTS, scoreHead, type HeadExtra } from './blocks/head.ts'
import { deviceLogProbs, logProbsFor, SUM_INPUT } from './blocks/log-probs.ts'
import { graphBuilder, type GraphBuilder } from './builder.ts'
import type { Rotary } from './blocks/rotary.ts'
import { decoderLayer, layerConfig, type LayerConfig, type LayerForm } from './decoder-layer.ts'
import { layersInPasses, PASS_INPUTS, type Tokens } from './layers-in-passes.ts'
import { DATA_TYPE, DEVICE_OPSET_VERSION, type FloatType, type Graph, type ValueInfo } from './onnx-model.ts'
import { below, storedWeights, type GraphWeights } from './stored-weights.ts'

/**
 * A model's part in a divergence. The original gives out the hidden states of scored positions. A variant is fed them, and compares its distributions with
 * those that the original's head makes of them; both models' weights are below one folder.
 */
export type DivergencePart =
  | { readonly kind: 'original' }
  | { readonly kind: 'variant'; readonly original: { readonly config: ModelConfig; readonly weights: RunnableWeights } }

/** Beside the model itself. */
export interface DecoderOptions {
  /** In how many parts the log-softmax sums the vocabulary if a batch does not ask for exact sums. */
  readonly sumParts?: number
  readonly divergence?: DivergencePart | undefined
}

/** The graph for the CPU, in f32, over P passes of N packed tokens. */
export function decoderGraph(config: ModelConfig, runnable: RunnableWeights, { sumParts = 1, divergence }: DecoderOptions = {}): Graph {
  const g = graphBuilder()
  const model = { g, config, weights: graphWeights(g, runnable) }
  const { inputs, extra } = divergenceOf(model, divergence)
  const outputs = scoreHead(model, layersInPasses(model, decoderLayers), logProbsFor(config, sumParts), extra)
  return g.finish('decoder', [...PASS_INPUTS, ...HEAD_INPUTS, SUM_INPUT, ...inputs], [...HEAD_OUTPUTS, ...outputs])
}

/** The inputs of a model's part in a divergence, and what it adds to the head. */
function divergenceOf(
  { g, config }: Block<ModelConfig>,
  part: DivergencePart | undefined,
  type?: FloatType,
): { readonly inputs: readonly ValueInfo[]; readonly extra?: HeadExtra } {
  if (!part) return { inputs: [] }
  if (part.kind === 'original') return { inputs: [], extra: hiddenStatesOutput }
  const { original } = part
  const head = { config: original.config, weights: graphWeights(g, original.weights, type, 'original: ') }
  return { inputs: [originalStates(original.config)], extra: divergenceFromStates(head, config.vocabularySize, type) }
}

/** A rotary embedding whose angles are fed, with the names of its inputs. */
export interface DeviceRope extends Rotary, Rotating {}

/** What decides the angles of a layer. */
type Rotating = Pick<ModelConfig, 'rope' | 'rotaryWidth'>

/** What decides the rotary embeddings of a model. */
type RotatingModel = Rotating & Pick<ModelConfig, 'localRope' | 'layerRopes'>

/** The rotary embeddings of the layers of models, each distinct one once. */
export function deviceRopes(models: readonly RotatingModel[]): DeviceRope[] {
  const all = models.flatMap((model) => (model.layerRopes ?? ['global']).flatMap((layerRope) => ropeOf({ ...model, layerRope }) ?? []))
  const distinct = new Map(all.map((rope) => [JSON.stringify(rope), rope]))
  return [...distinct.values()].map((rope, index) => ({
    ...rope,
    ...(index === 0 ? { cosines: 'cosines', sines: 'sines' } : { cosines: `cosines_${index}`, sines: `sines_${index}` }),
  }))
}

/** Undefined if the layer does not rotate. */
function ropeOf({ rope, localRope, rotaryWidth, layerRope }: RotatingModel & Pick<LayerConfig, 'layerRope'>): Rotating | undefined {
  return layerRope === 'none' ? undefined : { rope: layerRope === 'local' ? (localRope ?? rope) : rope, rotaryWidth }
}

/** Inputs of a graph for GPUs: N packed tokens, with the cosines and sines of their angles, and their positions if a model learned some. */
export function deviceTokenInputs(models: readonly Pick<ModelConfig, 'tensorNames'>[], ropes: readonly DeviceRope[]): ValueInfo[] {
  const table = (name: string): ValueInfo => ({ name, type: 'float', shape: [1, 'N', 'half'] })
  return [
    { name: 'token_ids', type: 'int32', shape: ['N'] },
    ...(models.some(({ tensorNames }) => tensorNames.positions !== undefined) ? [{ name: 'positions', type: 'int32', shape: ['N'] } as const] : []),
    ...ropes.flatMap(({ cosines, sines }) => [table(cosines), table(sines)]),
  ]
}

/** The packed tokens of a graph for GPUs. */
export const DEVICE_TOKENS: Tokens = { ids: 'token_ids', positions: 'positions' }

/** The form that a graph for GPUs gives each layer, whichever of the graph's models it is of. */
export function deviceLayers(
  g: GraphBuilder,
  ropes: readonly DeviceRope[],
  { chunkCount, type }: { readonly chunkCount: number; readonly type: FloatType },
): (config: LayerConfig & Omit<RotatingModel, 'layerRopes'>) => LayerForm {
  const typed = (value: string) => (type === 'float' ? value : g.node('Cast', [value], { to: DATA_TYPE[type] }))
  const attend = productAttention(chunkCount, type)
  const keyOf = ({ rope, rotaryWidth }: Rotating) => JSON.stringify([rope, rotaryWidth])
  const tables = new Map(ropes.map((rope) => [keyOf(rope), { cosines: typed(rope.cosines), sines: typed(rope.sines) }]))
  return (config) => {
    const rope = ropeOf(config)
    return {
      rotary: rope && tables.get(keyOf(rope)),
      attend: (projections: Projections) => attend(g, config, projections),
      experts: { haveSpareRow: true },
    }
  }
}

/** Beside the model itself, of a graph for GPUs. */
export interface DeviceDecoderOptions {
  /** In how many products attention is computed. */
  readonly chunkCount?: number
  readonly divergence?: DivergencePart | undefined
}

/** As HEAD_OUTPUTS; the arg-max keeps its axis. */
export const DEVICE_OUTPUTS = [HEAD_OUTPUTS[0], { ...HEAD_OUTPUTS[1], shape: ['C', 'M', 1] }] as const satisfies readonly ValueInfo[]

/**
 * The graph for GPUs, in `type` and in one pass: attention in chunks, angles fed, and a log-softmax of operators that they have. Its one
 * Loop, over chunks of scored positions, is steered from the CPU and transfers only the log-probabilities of the targets.
 */
export function deviceDecoderGraph(
  config: ModelConfig,
  runnable: RunnableWeights,
  type: FloatType,
  { chunkCount = 1, divergence }: DeviceDecoderOptions = {},
): Graph {
  const g = graphBuilder()
  const model = { g, config, weights: graphWeights(g, runnable, type) }
  const ropes = deviceRopes([config])
  const formOf = deviceLayers(g, ropes, { chunkCount, type })
  const { inputs, extra } = divergenceOf(model, divergence, type)
  const outputs = scoreHead(
    model,
    decoderLayers(model, DEVICE_TOKENS, (own) => formOf({ ...config, ...own })),
    deviceLogProbs,
    extra,
  )
  const allInputs = [...deviceTokenInputs([config], ropes), ...productAttentionInputs(chunkCount), ...HEAD_INPUTS, ...inputs]
  const graph = g.finish('decoder', allInputs, [...DEVICE_OUTPUTS, ...outputs])
  return { ...graph, opsetVersion: DEVICE_OPSET_VERSION }
}

function graphWeights(g: GraphBuilder, { tensors, quantized, adapter, roundedInputs }: RunnableWeights, type?: FloatType, prefix?: string): GraphWeights {
  const lookup = {
    tensorOf: (name: string) => tensors.get(name)!,
    quantizedOf: (name: string) => quantized?.get(name),
    pairOf: (name: string) => adapter?.get(name),
    roundingOf: (name: string) => roundedInputs?.get(name),
  }
  return storedWeights(g, lookup, type, prefix)
}

/** Embeddings and layers over packed tokens [N]: hidden states [N, hidden]. `formOf` gives each layer its form. */
export function decoderLayers(model: Block<ModelConfig>, { ids, positions }: Tokens, formOf: (config: LayerConfig, layer: number) => LayerForm): string {
  const { g, config, weights } = model
  return config.windows.reduce(
    (hidden, _, layer) => {
      const own = layerConfig(config, layer)
      return decoderLayer({ g, config: own, weights: below(`${config.tensorNames.layers}${layer}.`, weights) }, hidden, formOf(own, layer))
    },
    embedTokens(model, ids, positions),
  )
}
