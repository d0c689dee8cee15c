/** Weights that stay in their files, as values of a graph. */
import type { WeightTensor } from '../checkpoint/weights.ts'
import type { GraphBuilder } from './builder.ts'
import type { DataType } from './onnx-model.ts'

const STORED_TYPE = { F32: 'float', F16: 'float16', BF16: 'bfloat16' } as const satisfies Record<string, DataType>

/** The name of the f32 value of a tensor. */
export type WeightLookup = (name: string) => string

/** Gives tensors to the graph, each at most once; f16 and bf16 are cast to f32. */
export function storedWeights(g: GraphBuilder, tensorOf: (name: string) => WeightTensor): WeightLookup {
  const made = new Map<string, string>()
  return (name) => {
    const known = made.get(name)
    if (known !== undefined) return known
    const { dtype, shape, location, byteOffset, byteLength } = tensorOf(name)
    const stored = g.initializer({ kind: 'external', name, type: STORED_TYPE[dtype], shape, location, byteOffset, byteLength })
    const value = dtype === 'F32' ? stored : g.node('Cast', [stored], { to: 1 })
    made.set(name, value)
    return value
  }
}
