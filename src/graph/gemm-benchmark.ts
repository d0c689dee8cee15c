/** The matrix products of a model's layer and nothing else: the rate at which a machine does them bounds how fast the model can run on it. */
import type { ModelConfig } from '../model/config/config.ts'
import type { RunnableWeights } from '../model/runnable/runnable-weights.ts'
import { graphBuilder } from './builder.ts'
import { DATA_TYPE, DEVICE_OPSET_VERSION, type FloatType, type Graph } from './onnx-model.ts'
import type { TokenProjection } from '../model/weights/token-projections.ts'
import { project } from './blocks/project.ts'
import { below, storedWeights } from './stored-weights.ts'

/**
 * Takes `shape` [rows, hidden], makes states of it, and passes them through the projections of the first layer that a token goes through, `projections`.
 * Weights are constants of the model's own shapes, quantized if the model's are, which the runtime may lay out as it likes. In `type`. One row of each result comes out as `rows`, so that
 * none can be left out.
 */
export function gemmBenchmarkGraph(
  { config, projections }: { readonly config: ModelConfig; readonly projections: readonly TokenProjection[] },
  { tensors, quantized }: RunnableWeights,
  type: FloatType,
): Graph {
  const g = graphBuilder()
  const weights = storedWeights(g, { tensorOf: (name) => tensors.get(name)!, quantizedOf: (name) => quantized?.get(name) }, type)
  const { hiddenSize, tensorNames } = config
  const value = g.node('Cast', [g.floats(Float32Array.of(1 / hiddenSize), [1, 1])], { to: DATA_TYPE[type] })
  const rows = g.node('Slice', ['shape', g.integers([0]), g.integers([1])])
  const statesOf = new Map([[hiddenSize, g.node('Expand', [value, 'shape'])]])
  const states = (width: number) => {
    const known = statesOf.get(width) ?? g.node('Expand', [value, g.node('Concat', [rows, g.integers([width])], { axis: 0 })])
    statesOf.set(width, known)
    return known
  }
  const layer = { g, config, weights: below(`${tensorNames.layers}0.`, weights) }
  const results = projections.map(({ module, input }) => project(layer, module, states(input)))
  const firstRows = results.map((result) => g.node('Gather', [result, g.integers(0)]))
  g.output(g.node('Cast', [g.node('Concat', firstRows, { axis: 0 })], { to: DATA_TYPE.float }), 'rows')
  const graph = g.finish('gemm_benchmark', [{ name: 'shape', type: 'int64', shape: [2] }], [{ name: 'rows', type: 'float', shape: ['R'] }])
  return { ...graph, opsetVersion: DEVICE_OPSET_VERSION }
}
