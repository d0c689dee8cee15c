/** Pieces of a model as graphs of their own, so that a model can be run with one layer in memory. */
import type { ModelConfig } from '../model/config/config.ts'
import type { WeightTensor } from '../model/weights/stored-tensor.ts'
import { ATTENTION_INPUTS, inputRows, treeAttention } from './attention/tree-attention.ts'
import { rmsNorm } from './blocks/norm.ts'
import { rotaryTable } from './blocks/rotary.ts'
import { graphBuilder } from './builder.ts'
import { decoderLayer, type LayerConfig } from './decoder-layer.ts'
import type { Graph, ValueInfo } from './onnx-model.ts'
import { storedWeights } from './stored-weights.ts'

/** Packed hidden states in, and out as `output`. */
const STATES: ValueInfo = { name: 'states', type: 'float', shape: ['N', 'hidden'] }
const OUTPUT: ValueInfo = { ...STATES, name: 'output' }

/** One decoder layer. `tensorOf` finds its tensors by names without the layer's prefix. */
export function layerGraph(config: LayerConfig & Pick<ModelConfig, 'rope'>, tensorOf: (name: string) => WeightTensor): Graph {
  const g = graphBuilder()
  const rows = inputRows(g)
  const rotary = rotaryTable(g, config, rows.positions)
  const layer = { g, config, weights: storedWeights(g, { tensorOf }) }
  const output = decoderLayer(layer, STATES.name, { rotary, attend: (projections) => treeAttention(g, config, projections, { rows }) })
  g.output(output, OUTPUT.name)
  return g.finish('layer', [STATES, ...ATTENTION_INPUTS], [OUTPUT])
}

/** The norm after the last layer. */
export function finalNormGraph(config: Pick<ModelConfig, 'normEpsilon' | 'tensorNames'>, scale: WeightTensor): Graph {
  const g = graphBuilder()
  const weights = storedWeights(g, { tensorOf: () => scale })
  g.output(rmsNorm({ g, config, weights }, config.tensorNames.finalNorm, STATES.name), OUTPUT.name)
  return g.finish('final_norm', [STATES], [OUTPUT])
}
