/** Forms that attention of one layer can take on a device, as graphs that compute nothing else. Measurements show which one is fast. */
import { rowFeeds } from '../engine/onnx/row-feeds.ts'
import type { SessionTensor } from '../engine/onnx/session-messages.ts'
import { graphBuilder, type GraphBuilder } from '../graph/builder.ts'
import { DATA_TYPE, DEVICE_OPSET_VERSION, type FloatType, type Graph } from '../graph/onnx-model.ts'
import { attentionBias, productAttention, productAttentionInputs } from '../graph/attention/product-attention.ts'
import type { ModelConfig } from '../model/config/config.ts'
import type { Batch } from '../plan/batches.ts'
import type { RowLayout } from '../plan/row-layout.ts'
import { storeValues, type StoredValues } from './stored-values.ts'

/** `products`: two matrix products and a softmax, as the model has it. The others are operators of onnxruntime; with `Causal` a linear sequence needs no bias. */
export const ATTENTION_FORMS = [
  'products',
  'Attention',
  'MultiHeadAttention',
  'GroupQueryAttention',
  'Attention, causal',
  'GroupQueryAttention, causal',
] as const
export type AttentionFormName = (typeof ATTENTION_FORMS)[number]

/** Shapes of a layer's attention. */
export type AttentionShape = Pick<ModelConfig, 'headCount' | 'keyValueHeadCount' | 'headSize'>

/** One measurement of a form: the number of packed tokens, and the number of chunks of rows in attention. */
export interface AttentionCase {
  readonly config: AttentionShape
  readonly type: FloatType
  readonly tokenCount: number
  readonly chunkCount: number
  /** Where queries, keys and values come from. */
  readonly values: StoredValues
}

/** Whether a form can compute rows: GroupQueryAttention has as many queries as keys, and a causal form knows of no rows. */
export function canHaveRows(form: AttentionFormName): boolean {
  return form === 'products' || form === 'Attention' || form === 'MultiHeadAttention'
}

/** Inputs: those of `attentionFeeds` for the case, `scale` [1], and token indices `shown`. Output: their attended states as `states`, in f32. */
export function attentionGraph(form: AttentionFormName, { config, type, tokenCount, chunkCount, values }: AttentionCase): Graph {
  const g = graphBuilder()
  const { headCount, keyValueHeadCount, headSize } = config
  const state = (name: string, heads: number) => storeValues(g, values, { name, shape: [tokenCount, heads * headSize], type })
  const projections = {
    queries: state('queries', headCount),
    keys: state('keys', keyValueHeadCount),
    values: state('values', keyValueHeadCount),
  }
  const attended =
    form === 'products'
      ? productAttention(chunkCount, type)(g, { ...config, window: Infinity }, projections)
      : fused(g, form, { config, type, chunkCount, tokenCount }, projections)
  g.output(g.node('Cast', [g.node('Gather', [attended, 'shown'])], { to: DATA_TYPE.float }), 'states')
  const inputs = [
    { name: 'scale', type: 'float', shape: [1] },
    { name: 'shown', type: 'int32', shape: ['shown'] },
    ...productAttentionInputs(chunkCount),
  ] as const
  return { ...g.finish('attention', inputs, [{ name: 'states', type: 'float', shape: ['shown', headCount * headSize] }]), opsetVersion: DEVICE_OPSET_VERSION }
}

/** One operator a chunk. */
function fused(
  g: GraphBuilder,
  form: Exclude<AttentionFormName, 'products'>,
  { config, type, chunkCount, tokenCount }: Omit<AttentionCase, 'values'>,
  { queries, keys, values }: Readonly<Record<'queries' | 'keys' | 'values', string>>,
): string {
  const { headCount, keyValueHeadCount, headSize } = config
  const width = headCount * headSize
  const chunks = Array.from({ length: chunkCount }, (_, chunk) => {
    const query = g.node('Gather', [queries, `queries_${chunk}`])
    const key = g.node('Gather', [keys, `keys_${chunk}`])
    const value = g.node('Gather', [values, `keys_${chunk}`])
    const bias = () => attentionBias(g, chunk, Infinity, type)
    return g.node('Reshape', [operator(query, key, value, bias), g.integers([-1, width])])
  })
  return g.node('Gather', [chunks.length === 1 ? chunks[0]! : g.node('Concat', chunks, { axis: 0 }), 'query_slots'])

  function operator(query: string, key: string, value: string, bias: () => string): string {
    const heads = { q_num_heads: headCount, kv_num_heads: keyValueHeadCount }
    switch (form) {
      case 'Attention':
        return g.node('Attention', [query, key, value, bias()], heads)
      case 'Attention, causal':
        return g.node('Attention', [query, key, value], { ...heads, is_causal: 1 })
      case 'MultiHeadAttention':
        return g.node('com.microsoft.MultiHeadAttention', [query, forEachHead(key), forEachHead(value), '', '', bias()], { num_heads: headCount })
      case 'GroupQueryAttention':
        return grouped(query, key, value, ['', '', '', bias()])
      case 'GroupQueryAttention, causal':
        return grouped(query, key, value, [])
    }
  }

  /** Without a past: as many keys as queries, in one row. */
  function grouped(query: string, key: string, value: string, more: readonly string[]): string {
    const int32 = (count: number, shape: readonly number[]) =>
      g.initializer({ kind: 'inline', name: `count_${count}_${shape.length}`, type: 'int32', shape, values: Int32Array.of(count) })
    const [attended] = g.nodes(
      'com.microsoft.GroupQueryAttention',
      [query, key, value, '', '', int32(tokenCount - 1, [1]), int32(tokenCount, []), ...more],
      3,
      {
        num_heads: headCount,
        kv_num_heads: keyValueHeadCount,
      },
    )
    return attended!
  }

  /** Keys or values again for every query head of their group. */
  function forEachHead(states: string): string {
    const apart = g.node('Reshape', [states, g.integers([0, 0, keyValueHeadCount, 1, headSize])])
    const repeated = g.node('Expand', [apart, g.integers([1, 1, 1, headCount / keyValueHeadCount, 1])])
    return g.node('Reshape', [repeated, g.integers([0, 0, width])])
  }
}

/** The inputs of `attentionGraph` that say which token attends to which, for a batch and its layout. */
export function attentionFeeds(config: Parameters<typeof rowFeeds>[0][number], batch: Batch, layout: RowLayout): Record<string, SessionTensor> {
  const taken = new Set(productAttentionInputs(layout.chunks.length).map(({ name }) => name))
  return Object.fromEntries(Object.entries(rowFeeds([config])(batch, layout, layout.chunks.length)).filter(([name]) => taken.has(name)))
}

/** All tokens in one row: more pairs than rows have, and one call. */
export function wholeLayout({ tree: { tokenIds, subtreeEnds } }: Batch): RowLayout {
  const count = tokenIds.length
  const all = Int32Array.from({ length: count }, (_, node) => node)
  return { chunks: [{ rowCount: 1, queryCount: count, keyCount: count, queries: all, keys: all, keySubtreeEnds: subtreeEnds }], querySlots: all }
}
