/** Weights that stay in their files, as values of a graph. */
import type { WeightTensor } from '../checkpoint/weights.ts'
import type { GraphBuilder } from './builder.ts'
import { DATA_TYPE, type FloatType } from './onnx-model.ts'

const STORED_TYPE = { F32: 'float', F16: 'float16', BF16: 'bfloat16' } as const satisfies Record<string, FloatType>

/** The name of a tensor's value, in the type that the graph computes in. */
export type WeightLookup = (name: string) => string

/** Gives tensors to the graph, each at most once; what is stored in another type is cast. */
export function storedWeights(g: GraphBuilder, tensorOf: (name: string) => WeightTensor, type: FloatType = 'float'): WeightLookup {
  const made = new Map<string, string>()
  return (name) => {
    const known = made.get(name)
    if (known !== undefined) return known
    const { dtype, shape, location, byteOffset, byteLength } = tensorOf(name)
    const stored = g.initializer({ kind: 'external', name, type: STORED_TYPE[dtype], shape, location, byteOffset, byteLength })
    const value = STORED_TYPE[dtype] === type ? stored : g.node('Cast', [stored], { to: DATA_TYPE[type] })
    made.set(name, value)
    return value
  }
}
