/** Weights that stay in their files, as values of a graph, and products with them. */
import type { StoredDtype } from '../model/weights/safetensors.ts'
import type { StoredTensor, WeightTensor } from '../model/weights/stored-tensor.ts'
import type { LowRankPair, QuantizedMatrix, RoundedInput } from '../model/runnable/runnable-weights.ts'
import { roundInput } from './blocks/round-input.ts'
import type { GraphBuilder } from './builder.ts'
import { DATA_TYPE, type DataType, type FloatType } from './onnx-model.ts'

const STORED_TYPE = { F64: 'double', F32: 'float', F16: 'float16', BF16: 'bfloat16', U8: 'uint8', I32: 'int32' } as const satisfies Partial<
  Record<StoredDtype, DataType>
>
/** Types of tensors that a graph uses as they are stored; others are unpacked before. */
type GraphDtype = keyof typeof STORED_TYPE

/** onnxruntime's number of NF4. */
const BNB4_TYPE_NF4 = 1

/** A model's weights in a graph. */
export interface GraphWeights {
  /** What the graph computes in. */
  readonly type: FloatType
  /** The name of a tensor's value, in the type that the graph computes in; each is made at most once. */
  readonly value: (name: string) => string
  /** A value that is made of weights alone, by a name of its own; it is made at most once, outside any loop. */
  readonly derived: (name: string, make: (g: GraphBuilder) => string) => string
  /** A constant in the type that the graph computes in. */
  readonly constant: (values: readonly number[], shape?: readonly number[]) => string
  /** input [N, in] × weightᵀ + bias = [N, out], weight and bias by their names, the weight plain or quantized, plus what an adapter adds. Nodes go to `g`. */
  readonly multiply: (g: GraphBuilder, name: string, input: string, options?: MultiplyOptions) => string
  /** `input`, rounded if the matrix `name` rounds what it multiplies. */
  readonly roundInput: (g: GraphBuilder, name: string, input: string) => string
  /** `base`, which the weight `name` made of `input`, plus what an adapter adds; `base` itself without one. */
  readonly adapt: (g: GraphBuilder, name: string, input: string, base: string) => string
  /** Embeddings `base` [N, hidden] of `tokenIds` [N], plus what an adapter adds. */
  readonly adaptEmbeddings: (g: GraphBuilder, name: string, tokenIds: string, base: string) => string
}

/** How a product is computed. */
export interface MultiplyOptions {
  /** Name of the bias; absent without one. */
  readonly bias?: string | undefined
  /** The weight is stored as [in, out]; a quantized one never is. */
  readonly isTransposed?: boolean | undefined
}

/** Where weights are found by name. */
export interface WeightLookup {
  readonly tensorOf: (name: string) => WeightTensor
  readonly quantizedOf?: (name: string) => QuantizedMatrix | undefined
  readonly pairOf?: (name: string) => LowRankPair | undefined
  readonly roundingOf?: (name: string) => RoundedInput | undefined
}

/** Gives weights to the graph; what is stored in another type than `type` is cast. `prefix` keeps the names of two models apart. */
export function storedWeights(
  g: GraphBuilder,
  { tensorOf, quantizedOf, pairOf, roundingOf }: WeightLookup,
  type: FloatType = 'float',
  prefix = '',
): GraphWeights {
  const made = new Map<string, string>()
  const store = (name: string, { dtype, shape, location, byteOffset, byteLength }: StoredTensor<GraphDtype>) =>
    g.initializer({ kind: 'external', name: prefix + name, type: STORED_TYPE[dtype], shape, location, byteOffset, byteLength })
  const once = (name: string, make: () => string) => {
    const known = made.get(name)
    if (known !== undefined) return known
    const value = make()
    made.set(name, value)
    return value
  }
  const float = (name: string, tensor: StoredTensor<GraphDtype>) =>
    once(name, () => (STORED_TYPE[tensor.dtype] === type ? store(name, tensor) : g.node('Cast', [store(name, tensor)], { to: DATA_TYPE[type] })))
  const weights: GraphWeights = {
    type,
    value: (name) => float(name, tensorOf(name)),
    derived: (name, make) => once(name, () => make(g)),
    constant: (values, shape = [values.length]) =>
      once(`constant ${shape.join('×')} ${values.join()}`, () => {
        const value = g.floats(Float32Array.from(values), shape)
        return type === 'float' ? value : g.node('Cast', [value], { to: DATA_TYPE[type] })
      }),
    multiply(body, name, input, { bias, isTransposed = false } = {}) {
      const matrix = quantizedOf?.(name)
      const read = weights.roundInput(body, name, input)
      const base = matrix
        ? multiplyQuantized(
            body,
            {
              codes: (part, tensor) => once(`${name}.${part}`, () => store(`${name}.${part}`, tensor)),
              scales: (part, tensor) => float(`${name}.${part}`, tensor),
            },
            matrix,
            read,
          )
        : body.node('Gemm', [read, weights.value(name), ...(bias === undefined ? [] : [weights.value(bias)])], { transB: isTransposed ? 0 : 1 })
      return weights.adapt(body, name, input, matrix && bias !== undefined ? body.node('Add', [base, weights.value(bias)]) : base)
    },
    roundInput(body, name, input) {
      const rounding = roundingOf?.(name)
      // Queries, keys and values read the same states.
      return rounding ? once(`rounded ${input} ${JSON.stringify(rounding)}`, () => roundInput(body, rounding, input)) : input
    },
    ...loraProducts(pairOf, float),
  }
  return weights
}

/** What adapters add; `float` gives a tensor to the graph under a name. */
function loraProducts(
  pairOf: WeightLookup['pairOf'],
  float: (name: string, tensor: StoredTensor<GraphDtype>) => string,
): Pick<GraphWeights, 'adapt' | 'adaptEmbeddings'> {
  return {
    adapt(body, name, input, base) {
      const pair = pairOf?.(name)
      if (!pair) return base
      const inner = body.node('Gemm', [input, float(`${name}.lora_A`, pair.down)], { transB: 1 })
      return body.node('Gemm', [inner, float(`${name}.lora_B`, pair.up), base], { transB: 1, alpha: { float: pair.scale } })
    },
    adaptEmbeddings(body, name, tokenIds, base) {
      const pair = pairOf?.(name)
      if (!pair) return base
      const inner = body.node('Gather', [float(`${name}.lora_A`, pair.down), tokenIds], { axis: 1 })
      return body.node('Gemm', [inner, float(`${name}.lora_B`, pair.up), base], { transA: 1, transB: 1, alpha: { float: pair.scale } })
    },
  }
}

/** The same weights by names without their prefix. */
export function below(prefix: string, weights: GraphWeights): GraphWeights {
  return renamed((name) => prefix + name, weights)
}

/** The same weights by other names; `nameOf` gives theirs. */
export function renamed(nameOf: (name: string) => string, { type, value, derived, constant, multiply, ...more }: GraphWeights): GraphWeights {
  return {
    type,
    value: (name) => value(nameOf(name)),
    derived: (name, make) => derived(nameOf(name), make),
    constant,
    multiply: (g, name, input, options) => multiply(g, nameOf(name), input, { ...options, bias: options?.bias && nameOf(options.bias) }),
    roundInput: (g, name, input) => more.roundInput(g, nameOf(name), input),
    adapt: (g, name, input, base) => more.adapt(g, nameOf(name), input, base),
    adaptEmbeddings: (g, name, tokenIds, base) => more.adaptEmbeddings(g, nameOf(name), tokenIds, base),
  }
}

/** onnxruntime's operators of the domain com.microsoft; activations and sums stay f32 (accuracy level 1). */
function multiplyQuantized(
  g: GraphBuilder,
  store: Record<'codes' | 'scales', (part: string, tensor: StoredTensor<GraphDtype>) => string>,
  matrix: QuantizedMatrix,
  input: string,
): string {
  const shape = { N: matrix.rows, K: matrix.columns, block_size: matrix.block }
  if (matrix.kind === 'nf4') {
    const codes = store.codes('codes', { ...matrix.codes, shape: [matrix.codes.byteLength] })
    return g.node('com.microsoft.MatMulBnb4', [input, codes, store.scales('absmax', matrix.absmax)], { ...shape, quant_type: BNB4_TYPE_NF4 })
  }
  const { bits, codes, scales, zeroPoints, groups } = matrix
  const inputs = [
    input,
    store.codes('codes', codes),
    store.scales('scales', scales),
    zeroPoints ? store.codes('zero_points', zeroPoints) : '',
    groups ? store.codes('groups', groups) : '',
  ]
  while (inputs.at(-1) === '') inputs.pop()
  return g.node('com.microsoft.MatMulNBits', inputs, { ...shape, bits, accuracy_level: 1 })
}
