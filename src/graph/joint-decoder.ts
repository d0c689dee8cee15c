/**
 * The scoring graph of several models over the same tokens, for the CPU: their layers are a trie (src/plan/layer-trie.ts), and each step of it is computed
 * once. The operators are those of `decoderGraph` with the same shapes, so a model gives the numbers that it gives alone.
 */
import type { ModelConfig } from '../model/config/config.ts'
import type { RunnableWeights } from '../model/runnable/runnable-weights.ts'
import type { LayerTrie, TrieStep } from '../plan/layer-trie.ts'
import { embedTokens } from './blocks/embedding.ts'
import { divergenceOfModels, hiddenStatesOutput } from './blocks/divergence.ts'
import { HEAD_INPUTS, HEAD_OUTPUTS, headOutputNames, scoreHeads, type HeadExtra, type ModelHead } from './blocks/head.ts'
import { logProbsFor, SUM_INPUT } from './blocks/log-probs.ts'
import { graphBuilder, type GraphBuilder } from './builder.ts'
import { decoderLayer, layerConfig } from './decoder-layer.ts'
import { PASS_INPUTS, statesInPasses, type PassStates } from './layers-in-passes.ts'
import type { Graph, ValueInfo } from './onnx-model.ts'
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
 * The graph: inputs as those of `decoderGraph`, outputs of each model by `headOutputNames`, with `divergence` also those of
 * src/graph/blocks/divergence.ts. `sumParts` is as there.
 */
export function jointDecoderGraph({ models, trie, divergence }: JointModels, { sumParts = 1 } = {}): Graph {
  const g = graphBuilder()
  const weights = jointWeights(g, models)
  const states = statesInPasses(
    g,
    layerSteps(trie).map(({ model }) => models[model]!.config),
    (body, tokens, attention) => {
      const hidden: string[] = []
      let cache = 0
      for (const { parent, model, layer } of trie.steps) {
        const { config } = models[model]!
        const own = weights[model]!
        if (layer === null) hidden.push(embedTokens({ g: body, config, weights: own }, tokens.ids, tokens.positions))
        else {
          const shape = layerConfig(config, layer)
          const block = { g: body, config: shape, weights: below(`${config.tensorNames.layers}${layer}.`, own) }
          hidden.push(decoderLayer(block, hidden[parent!]!, attention(shape, cache++)))
        }
      }
      return trie.ends.map((end, model): PassStates => ({ hidden: hidden[end]!, width: models[model]!.config.hiddenSize }))
    },
  )
  const compared = scoreHeads(
    g,
    models.map(({ config }, model): ModelHead => ({
      model: { config, weights: weights[model]! },
      hidden: states[model]!,
      logProbs: logProbsFor(config, sumParts),
    })),
    divergence && comparing(models[0]!.config, divergence),
  )
  return g.finish('joint_decoder', [...PASS_INPUTS, ...HEAD_INPUTS, SUM_INPUT], [...models.flatMap((_, model) => outputsOf(model)), ...compared])
}

function comparing({ vocabularySize }: ModelConfig, { givesStates }: JointDivergence): HeadExtra {
  const compare = divergenceOfModels(vocabularySize)
  return (body, chunk) => [...compare(body, chunk), ...(givesStates ? hiddenStatesOutput(body, chunk) : [])]
}

/** Steps that are layers: each has a cache, in this order. */
export function layerSteps({ steps }: LayerTrie): TrieStep[] {
  return steps.filter(({ layer }) => layer !== null)
}

function outputsOf(model: number): ValueInfo[] {
  const { logProbs, best } = headOutputNames(model)
  return [
    { ...HEAD_OUTPUTS[0], name: logProbs },
    { ...HEAD_OUTPUTS[1], name: best },
  ]
}

/** The weights of each model, all stored in one graph: equal tensors outside the layers as those of the first model that has them. */
function jointWeights(g: GraphBuilder, models: readonly JointModel[]): GraphWeights[] {
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
  }
  const stored = storedWeights(g, lookup)
  return names.map((nameOf) => renamed(nameOf, stored))
}
