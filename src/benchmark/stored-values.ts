/** Random values of a file as inputs of a graph: too many to be sent to the process that computes. */
import type { GraphBuilder } from '../graph/builder.ts'
import { DATA_TYPE, type FloatType } from '../graph/onnx-model.ts'
import type { StoredType } from './random-model.ts'

/** The file, from the folder that the session is given. */
export interface StoredValues {
  readonly location: string
  readonly stored: StoredType
  /** Where random values begin. */
  readonly firstByte: number
}

const TYPES = { BF16: 'bfloat16', F16: 'float16' } as const

/** A matrix of values times the graph's input `scale` [1], so that the session cannot compute it while loading. Returns the name of the product, which has `type`. */
export function storeValues(
  g: GraphBuilder,
  { location, stored, firstByte }: StoredValues,
  { name, shape, type, spread = 0 }: { readonly name: string; readonly shape: readonly number[]; readonly type: FloatType; readonly spread?: number },
): string {
  const byteLength = 2 * shape.reduce((product, extent) => product * extent, 1)
  const raw = g.initializer({ kind: 'external', name: `stored_${name}`, type: TYPES[stored], shape, location, byteOffset: firstByte + spread, byteLength })
  const cast = (value: string, from: FloatType) => (from === type ? value : g.node('Cast', [value], { to: DATA_TYPE[type] }))
  return g.node('Mul', [cast(raw, TYPES[stored]), cast('scale', 'float')])
}
