/** Pieces of a model as graphs of their own, so that a model can be run with one layer in memory. */
import type { ModelConfig } from '../model/config/config.ts'
import type { WeightTensor } from '../model/weights/stored-tensor.ts'
import { graphBuilder } from './builder.ts'
import { decoderLayer, rmsNorm, rotaryTable, type LayerConfig } from './decoder-layer.ts'
import type { Graph, ValueInfo } from './onnx-model.ts'
import { storedWeights } from './stored-weights.ts'
import { ATTENTION_INPUTS, inputRows, treeAttention, type Projections } from './tree-attention.ts'

/** Packed hidden states in, and out as `output`. */
const STATES: ValueInfo = { name: 'states', type: 'float', shape: ['N', 'hidden'] }
const OUTPUT: ValueInfo = { ...STATES, name: 'output' }

/** One decoder layer. `tensorOf` knows its tensors without their prefix. */
export function layerGraph(config: LayerConfig & Pick<ModelConfig, 'rope'>, tensorOf: (name: string) => WeightTensor): Graph {
  const g = graphBuilder()
  const rows = inputRows(g)
  const rotary = rotaryTable(g, config, rows.positions)
  const attention = (projections: Projections) => treeAttention(g, config, projections, rows)
  g.output(decoderLayer(g, config, storedWeights(g, { tensorOf }), STATES.name, rotary, attention), OUTPUT.name)
  return g.finish('layer', [STATES, ...ATTENTION_INPUTS], [OUTPUT])
}

/** The norm after the last layer. */
export function finalNormGraph(config: Pick<ModelConfig, 'normEpsilon' | 'tensorNames'>, scale: WeightTensor): Graph {
  const g = graphBuilder()
  const { value } = storedWeights(g, { tensorOf: () => scale })
  g.output(rmsNorm(g, config, STATES.name, value(config.tensorNames.finalNorm)), OUTPUT.name)
  return g.finish('final_norm', [STATES], [OUTPUT])
}
