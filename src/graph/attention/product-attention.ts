/** Attention along token trees as two matrix products and a softmax: no loop, and the mask is computed once for all layers. */
import type { AttentionShape, Projections } from '../blocks/attention.ts'
import { softcap } from '../blocks/softcap.ts'
import type { GraphBuilder } from '../builder.ts'
import { DATA_TYPE, type FloatType, type ValueInfo } from '../onnx-model.ts'

/**
 * Which token attends to which: N packed tokens in preorder, attention in chunks of R rows of S queries and L keys, each chunk of its own
 * shape. Whatever follows from the tree alone is fed, so that the graph does no arithmetic on shapes: that is done on the CPU, and waits for the device.
 */
export function productAttentionInputs(chunkCount: number): ValueInfo[] {
  const chunks = Array.from({ length: chunkCount }, (_, chunk) => {
    const [queries, keys] = [
      [`R${chunk}`, `S${chunk}`],
      [`R${chunk}`, `L${chunk}`],
    ]
    return [
      /** Packed index of each query; 0 if a row is shorter. */
      { name: `queries_${chunk}`, type: 'int32', shape: queries },
      /** Packed index of each key; 0 if a row has fewer. */
      { name: `keys_${chunk}`, type: 'int32', shape: keys },
      /** One past each key's last descendant, 0 if a row has fewer: key j is seen by query i when j <= i < exit of j. */
      { name: `key_subtree_ends_${chunk}`, type: 'int32', shape: keys },
      /** Depths in the tree, from 0. */
      { name: `query_depths_${chunk}`, type: 'int32', shape: queries },
      { name: `key_depths_${chunk}`, type: 'int32', shape: keys },
    ] satisfies ValueInfo[]
  })
  /** Index of each packed token among the queries of all chunks. */
  return [...chunks.flat(), { name: 'query_slots', type: 'int32', shape: ['N'] }]
}

/** Added to a score if a query does not see a key. Finite: a padded query sees none, and its softmax must not divide by zero. */
export const HIDDEN: Readonly<Record<FloatType, number>> = { float: -3e38, bfloat16: -3e38, float16: -60_000 }

/** Adds one layer's attention to a graph: packed [N, width] in, packed [N, heads × headSize] out. */
type Attend = (g: GraphBuilder, shape: AttentionShape, projections: Projections) => string

/** Attention for the layers of one graph, which computes in `type`. Memory is bounded by one chunk's scores: heads × R × S × L. */
export function productAttention(chunkCount: number, type: FloatType): Attend {
  const biases = new Map<string, string>()
  return (g, shape, { queries, keys, values, ...more }) => {
    const { window } = shape
    const scaled = g.node('Mul', [queries, scalar(g, scoreScale(shape), type)])
    const attendedRows = Array.from({ length: chunkCount }, (_, chunk) => {
      const gathered = {
        queries: g.node('Gather', [scaled, `queries_${chunk}`]),
        keys: g.node('Gather', [keys, `keys_${chunk}`]),
        values: g.node('Gather', [values, `keys_${chunk}`]),
        ...more,
      }
      const positions = shape.alibi && g.node('Cast', [`key_depths_${chunk}`], { to: DATA_TYPE[type] })
      return attendRows(g, shape, gathered, { bias: biasOf(g, chunk, window), positions, type })
    })
    return g.node('Gather', [chunkCount === 1 ? attendedRows[0]! : g.node('Concat', attendedRows, { axis: 0 }), 'query_slots'])
  }

  function biasOf(g: GraphBuilder, chunk: number, window: number): string {
    const bias = biases.get(`${chunk} ${window}`) ?? attentionBias(g, chunk, window, type)
    biases.set(`${chunk} ${window}`, bias)
    return bias
  }
}

/** What scores are multiplied with. */
export function scoreScale({ attentionScale, headSize }: Pick<AttentionShape, 'attentionScale' | 'headSize'>): number {
  return attentionScale ?? headSize ** -0.5
}

/** What is added to scores before the softmax. */
interface ScoreBiases {
  /** What hides keys, [R, 1, S, L]. */
  readonly bias: string
  /** Position of each key, [R, L], in `type`; for linear biases only. */
  readonly positions?: string | undefined
  readonly type: FloatType
}

/** Attention of rows: scaled queries [R, S, width], keys and values [R, L, width] in; [R × S, width] out. */
export function attendRows(
  g: GraphBuilder,
  { headCount, keyValueHeadCount: groupCount, headSize, attentionSoftcap: cap, alibi }: Omit<AttentionShape, 'window'>,
  { queries, keys, values, sinks }: Projections,
  { bias, positions, type }: ScoreBiases,
): string {
  const groupSize = headCount / groupCount
  const rowsOf = (states: string, shape: readonly number[], order: readonly number[]) =>
    g.node('Transpose', [g.node('Reshape', [states, g.integers(shape)])], { perm: order })
  // Query heads that share keys and values are below each other: one product for all of them.
  const split = rowsOf(queries, [0, 0, groupCount, groupSize, headSize], [0, 2, 3, 1, 4])
  const query = g.node('Reshape', [split, g.integers([0, 0, -1, headSize])])
  const key = rowsOf(keys, [0, 0, groupCount, headSize], [0, 2, 3, 1])
  const value = rowsOf(values, [0, 0, groupCount, headSize], [0, 2, 1, 3])
  const scores = g.node('Reshape', [g.node('MatMul', [query, key]), g.integers([0, headCount, -1, 0])])
  const capped = softcap(g, cap, scores, (value) => scalar(g, value, type))
  const biased = alibi ? g.node('Add', [capped, linearBiases(g, alibi, positions!, type)]) : capped
  const hidden = g.node('Add', [biased, bias])
  const shares = sinks === undefined ? g.node('Softmax', [hidden], { axis: -1 }) : besideSinks(g, hidden, sinks)
  const attended = g.node('MatMul', [g.node('Reshape', [shares, g.integers([0, groupCount, -1, 0])]), value])
  const byQuery = g.node('Transpose', [g.node('Reshape', [attended, g.integers([0, 0, groupSize, -1, headSize])])], { perm: [0, 3, 1, 2, 4] })
  return g.node('Reshape', [byQuery, g.integers([-1, headCount * headSize])])
}

/** A softmax over scores [R, heads, S, L] and the sink of each head, without the share of the sink. */
function besideSinks(g: GraphBuilder, scores: string, sinks: string): string {
  const sink = g.node('Reshape', [sinks, g.integers([1, -1, 1, 1])])
  const along = g.integers([-1])
  const largest = g.node('Max', [g.node('ReduceMax', [scores, along]), sink])
  const exponentials = g.node('Exp', [g.node('Sub', [scores, largest])])
  const total = g.node('Add', [g.node('ReduceSum', [exponentials, along]), g.node('Exp', [g.node('Sub', [sink, largest])])])
  return g.node('Div', [exponentials, total])
}

/** Slope × position of each key, [R, heads, 1, L]. */
function linearBiases(g: GraphBuilder, { slopes, isRounded, scale }: NonNullable<AttentionShape['alibi']>, positions: string, type: FloatType): string {
  const rounded = (value: string) =>
    isRounded && type !== 'bfloat16' ? g.node('Cast', [g.node('Cast', [value], { to: DATA_TYPE.bfloat16 })], { to: DATA_TYPE[type] }) : value
  const constant = g.floats(Float32Array.from(slopes), [1, slopes.length, 1, 1])
  const steep = rounded(type === 'float' ? constant : g.node('Cast', [constant], { to: DATA_TYPE[type] }))
  const products = rounded(g.node('Mul', [steep, g.node('Unsqueeze', [positions, g.integers([1, 2])])]))
  return scale === undefined ? products : g.node('Mul', [products, scalar(g, scale, type)])
}

/** What is added to the scores of all heads, [R, 1, S, L]: 0 if a query sees a key. */
export function attentionBias(g: GraphBuilder, chunk: number, window: number, type: FloatType): string {
  const across = (value: string) => g.node('Unsqueeze', [`${value}_${chunk}`, g.integers([1, 2])])
  const down = (value: string) => g.node('Unsqueeze', [`${value}_${chunk}`, g.integers([1, 3])])
  const visible = g.node('And', [g.node('LessOrEqual', [across('keys'), down('queries')]), g.node('Less', [down('queries'), across('key_subtree_ends')])])
  const seen = Number.isFinite(window) ? g.node('And', [visible, withinWindow()]) : visible
  return g.node('Where', [seen, scalar(g, 0, type), scalar(g, HIDDEN[type], type)])

  /** A sliding window reaches `window` tokens back, the query's own included. */
  function withinWindow(): string {
    const distance = g.node('Sub', [down('query_depths'), across('key_depths')])
    return g.node('Less', [distance, g.node('Cast', [g.integers([window])], { to: DATA_TYPE.int32 })])
  }
}

/** A constant in the type of the graph; the cast is folded when it is loaded. */
function scalar(g: GraphBuilder, value: number, type: FloatType): string {
  const constant = g.floats(Float32Array.of(value), [1])
  return type === 'float' ? constant : g.node('Cast', [constant], { to: DATA_TYPE[type] })
}
