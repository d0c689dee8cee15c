/**
 * The scoring graph of several models over the same tokens: their layers are a trie (src/plan/layer-trie.ts), and each step of it is computed once. The
 * operators are those of the graphs in decoder.ts with the same shapes, so a model gives the numbers that it gives alone.
 */
import type { ModelConfig } from '../model/config/config.ts'
import type { RunnableWeights } from '../model/runnable/runnable-weights.ts'
import type { LayerTrie, TrieStep } from '../plan/layer-trie.ts'
import { embedTokens } from './blocks/embedding.ts'
import { divergenceOfModels, hiddenStatesOutput } from './blocks/divergence.ts'
import { productAttentionInputs } from './attention/product-attention.ts'
import { HEAD_INPUTS, HEAD_OUTPUTS, headOutputNames, scoreHeads, type HeadExtra, type ModelHead } from './blocks/head.ts'
import { deviceLogProbs, logProbsFor, SUM_INPUT, type LogProbs } from './blocks/log-probs.ts'
import { graphBuilder, type GraphBuilder } from './builder.ts'
import { DEVICE_OUTPUTS, DEVICE_TOKENS, deviceLayers, deviceRopes, deviceTokenInputs } from './decoder.ts'
import { decoderLayer, layerConfig, type LayerConfig, type LayerForm } from './decoder-layer.ts'
import { PASS_INPUTS, statesInPasses, type PassStates, type Tokens } from './layers-in-passes.ts'
import { DEVICE_OPSET_VERSION, type FloatType, type Graph, type ValueInfo } from './onnx-model.ts'
import { below, renamed, storedWeights, type GraphWeights, type WeightLookup } from './stored-weights.ts'

/** One of the models. */
export interface JointModel {
  readonly config: ModelConfig
  /** Locations are relative to one root for all models. */
  readonly weights: RunnableWeights
  /** Of each plain tensor outside the layers: equal for equal bytes. Such tensors are in memory once. */
  readonly outside: ReadonlyMap<string, string>
}

/** The models and what they share. */
export interface JointModels {
  readonly models: readonly JointModel[]
  readonly trie: LayerTrie
  /** How the others' distributions are compared with the first one's; not at all when absent. */
  readonly divergence?: JointDivergence | undefined
}

/** The first model is the original. */
export interface JointDivergence {
  /** Whether its hidden states of the scored positions leave the graph, for models that are not in it. */
  readonly givesStates: boolean
}

/**
 * The graph for the CPU: inputs as those of `decoderGraph`, outputs of each model by `headOutputNames`, with `divergence` also those of
 * src/graph/blocks/divergence.ts. `sumParts` is as there.
 */
export function jointDecoderGraph(joint: JointModels, { sumParts = 1 } = {}): Graph {
  const { models, trie } = joint
  const g = graphBuilder()
  const weights = jointWeights(g, models)
  const states = statesInPasses(
    g,
    layerSteps(trie).map(({ model }) => models[model]!.config),
    (body, tokens, attention) =>
      statesOfTrie({ g: body, joint, weights }, tokens, attention).map((hidden, model): PassStates => ({ hidden, width: models[model]!.config.hiddenSize })),
  )
  const outputs = jointHeads({ g, joint, weights }, states, { logProbs: ({ config }) => logProbsFor(config, sumParts), outputs: HEAD_OUTPUTS })
  return g.finish('joint_decoder', [...PASS_INPUTS, ...HEAD_INPUTS, SUM_INPUT], outputs)
}

/** The graph for GPUs, in `type`: inputs as those of `deviceDecoderGraph`, with the angles of all models; outputs as those of `jointDecoderGraph`. */
export function jointDeviceGraph(joint: JointModels, type: FloatType, { chunkCount = 1 } = {}): Graph {
  const g = graphBuilder()
  const configs = joint.models.map(({ config }) => config)
  const weights = jointWeights(g, joint.models, type)
  const ropes = deviceRopes(configs)
  const states = statesOfTrie({ g, joint, weights }, DEVICE_TOKENS, deviceLayers(g, ropes, { chunkCount, type }))
  const outputs = jointHeads({ g, joint, weights }, states, { logProbs: () => deviceLogProbs, outputs: DEVICE_OUTPUTS })
  const graph = g.finish('joint_decoder', [...deviceTokenInputs(configs, ropes), ...productAttentionInputs(chunkCount), ...HEAD_INPUTS], outputs)
  return { ...graph, opsetVersion: DEVICE_OPSET_VERSION }
}

/** Models in a graph. */
interface JointBlock {
  readonly g: GraphBuilder
  readonly joint: JointModels
  /** Of each model. */
  readonly weights: readonly GraphWeights[]
}

/** Hidden states [N, hidden] of each model after its last layer. `formOf` gives each layer its form, by its place among `layerSteps`. */
function statesOfTrie(
  { g, joint: { models, trie }, weights }: JointBlock,
  tokens: Tokens,
  formOf: (config: ModelConfig & LayerConfig, place: number) => LayerForm,
): string[] {
  const hidden: string[] = []
  let place = 0
  for (const { parent, model, layer } of trie.steps) {
    const { config } = models[model]!
    const own = weights[model]!
    if (layer === null) hidden.push(embedTokens({ g, config, weights: own }, tokens.ids, tokens.positions))
    else {
      const shape = layerConfig(config, layer)
      const block = { g, config: shape, weights: below(`${config.tensorNames.layers}${layer}.`, own) }
      hidden.push(decoderLayer(block, hidden[parent!]!, formOf(shape, place++)))
    }
  }
  return trie.ends.map((end) => hidden[end]!)
}

/** Heads of a kind of device. */
interface HeadForm {
  readonly logProbs: (model: JointModel) => LogProbs
  /** As HEAD_OUTPUTS. */
  readonly outputs: readonly [ValueInfo, ValueInfo]
}

/** Adds the heads of all models over their states; returns the graph's outputs. */
function jointHeads({ g, joint: { models, divergence }, weights }: JointBlock, states: readonly string[], { logProbs, outputs }: HeadForm): ValueInfo[] {
  const compared = scoreHeads(
    g,
    models.map((model, index): ModelHead => ({
      model: { config: model.config, weights: weights[index]! },
      hidden: states[index]!,
      logProbs: logProbs(model),
    })),
    divergence && comparing(models[0]!.config, divergence),
  )
  const own = models.flatMap((_, model) => {
    const names = headOutputNames(model)
    return [
      { ...outputs[0], name: names.logProbs },
      { ...outputs[1], name: names.best },
    ]
  })
  return [...own, ...compared]
}

function comparing({ vocabularySize }: ModelConfig, { givesStates }: JointDivergence): HeadExtra {
  const compare = divergenceOfModels(vocabularySize)
  return (body, chunk) => [...compare(body, chunk), ...(givesStates ? hiddenStatesOutput(body, chunk) : [])]
}

/** Steps that are layers: each has a cache, in this order. */
export function layerSteps({ steps }: LayerTrie): TrieStep[] {
  return steps.filter(({ layer }) => layer !== null)
}

/** The weights of each model, all stored in one graph: equal tensors outside the layers as those of the first model that has them. */
function jointWeights(g: GraphBuilder, models: readonly JointModel[], type?: FloatType): GraphWeights[] {
  const first = new Map<string, string>()
  const places = new Map<string, { readonly weights: RunnableWeights; readonly name: string }>()
  const names = models.map(({ weights, outside }, model) => (name: string) => {
    const own = `${model}/${name}`
    const identity = outside.get(name)
    const shared = identity === undefined ? own : (first.get(identity) ?? own)
    if (identity !== undefined) first.set(identity, shared)
    if (!places.has(shared)) places.set(shared, { weights, name })
    return shared
  })
  const find = (key: string) => places.get(key)!
  const lookup: WeightLookup = {
    tensorOf: (key) => find(key).weights.tensors.get(find(key).name)!,
    quantizedOf: (key) => find(key).weights.quantized?.get(find(key).name),
    pairOf: (key) => find(key).weights.adapter?.get(find(key).name),
    roundingOf: (key) => find(key).weights.roundedInputs?.get(find(key).name),
  }
  const stored = storedWeights(g, lookup, type)
  return names.map((nameOf) => renamed(nameOf, stored))
}
