/** Pieces of a model as graphs of their own, so that a model can be run with one layer in memory. */
import type { ModelConfig } from '../model/config/config.ts'
import type { WeightTensor } from '../model/weights/stored-tensor.ts'
import { ATTENTION_INPUTS, inputRows, treeAttention } from './attention/tree-attention.ts'
import { finalStates } from './blocks/head.ts'
import { norm, type NormConfig } from './blocks/norm.ts'
import { rotaryTables } from './blocks/rotary.ts'
import { graphBuilder } from './builder.ts'
import { decoderLayer, type LayerConfig } from './decoder-layer.ts'
import type { Graph, ValueInfo } from './onnx-model.ts'
import { storedWeights } from './stored-weights.ts'

/** Packed hidden states in, and out as `output`. */
const STATES: ValueInfo = { name: 'states', type: 'float', shape: ['N', 'hidden'] }
const OUTPUT: ValueInfo = { ...STATES, name: 'output' }

/** One decoder layer. `tensorOf` finds its tensors by names without the layer's prefix. */
export function layerGraph(config: LayerConfig & Pick<ModelConfig, 'rope' | 'localRope'>, tensorOf: (name: string) => WeightTensor): Graph {
  const g = graphBuilder()
  const rows = inputRows(g)
  const rotary = rotaryTables(g, config, rows.positions)(config.layerRope)
  const layer = { g, config, weights: storedWeights(g, { tensorOf }) }
  const output = decoderLayer(layer, STATES.name, { rotary, attend: (projections) => treeAttention(g, config, projections, { rows }) })
  g.output(output, OUTPUT.name)
  return g.finish('layer', [STATES, ...ATTENTION_INPUTS], [OUTPUT])
}

/** The norm of embeddings, `module`. `tensorOf` finds its tensors by their full names. */
export function embeddingNormGraph(config: NormConfig, module: string, tensorOf: (name: string) => WeightTensor): Graph {
  const g = graphBuilder()
  g.output(norm({ g, config, weights: storedWeights(g, { tensorOf }) }, module, STATES.name), OUTPUT.name)
  return g.finish('embedding_norm', [STATES], [OUTPUT])
}

/** What the head reads of the states after the last layer: their norm. `tensorOf` finds its tensors by their full names. */
export function finalStatesGraph(config: NormConfig & Pick<ModelConfig, 'tensorNames'>, tensorOf: (name: string) => WeightTensor): Graph {
  const g = graphBuilder()
  const weights = storedWeights(g, { tensorOf })
  g.output(finalStates({ g, config, weights }, STATES.name), OUTPUT.name)
  return g.finish('final_states', [STATES], [OUTPUT])
}
