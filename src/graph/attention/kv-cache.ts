/** Attention of a pass over the KV cache of the passes before it, and the cache that it hands on. */
import type { AttentionShape, Projections } from '../blocks/attention.ts'
import type { GraphBuilder } from '../builder.ts'
import { hasPlainScores, treeAttention, type AttentionRows, type PastCounts } from './tree-attention.ts'

/** Cached keys and values of one layer, [1, key-value heads, tokens, headSize] each. */
export interface LayerKeyValues {
  readonly keys: string
  readonly values: string
}

/** What a pass knows of the tokens of the passes before it: values of its graph. */
export interface PastTokens extends PastCounts {
  /** Which of past and own tokens are the past of the next pass, [K]. */
  readonly next: string
  /** Whether every token sees all before it, and the next pass, if there is one, needs all of them. */
  readonly isLinear: string
  /** Number of tokens of past and pass, a scalar. */
  readonly total: string
}

/** What a pass attends over. */
export interface CachedPass {
  readonly rows: AttentionRows
  readonly past: PastTokens
  readonly cache: LayerKeyValues
}

/** What the queries see, and keys and values for the next pass. */
type Results = [attended: string, keys: string, values: string]

/** Whether a layer can use onnxruntime's causal attention for linear sequences: it has no sliding window as trees count it, plain scores, and needs head sizes that are multiples of 8. */
export function hasLinearAttention(shape: Pick<AttentionShape, 'headSize' | 'window' | 'attentionSoftcap' | 'alibi' | 'hasSinks'>): boolean {
  return !Number.isFinite(shape.window) && hasPlainScores(shape) && shape.headSize % 8 === 0
}

/** Attention of a pass's own tokens over past and own ones. Returns [N, heads × headSize] and the layer's cache for the next pass. */
export function attentionOverCache(
  g: GraphBuilder,
  shape: AttentionShape,
  own: Projections,
  pass: CachedPass,
): { readonly attended: string; readonly cache: LayerKeyValues } {
  const [attended, keys, values] = hasLinearAttention(shape)
    ? g.nodes('If', [pass.past.isLinear], 3, {
        then_branch: branch('linear', (body) => linearAttention(body, shape, own, pass)),
        else_branch: branch('tree', (body) => alongTree(body, shape, own, pass)),
      })
    : alongTree(g, shape, own, pass)
  return { attended: attended!, cache: { keys: keys!, values: values! } }

  function branch(name: string, form: (body: GraphBuilder) => Results) {
    const body = g.body()
    const results = form(body)
    const outputs = results.map((value) => ({ name: value, type: 'float' as const }))
    return { graph: body.finish(name, [], outputs) }
  }
}

/** GroupQueryAttention of com.microsoft: it needs neither mask nor copies of keys, and holds no scores in memory. */
function linearAttention(
  body: GraphBuilder,
  { headCount, keyValueHeadCount, attentionScale }: AttentionShape,
  own: Projections,
  { past, cache }: CachedPass,
): Results {
  const sequence = (states: string) => body.node('Unsqueeze', [states, body.integers([0])])
  const [attended, keys, values] = body.nodes(
    'com.microsoft.GroupQueryAttention',
    [sequence(own.queries), sequence(own.keys), sequence(own.values), cache.keys, cache.values, past.lastToken, past.total],
    3,
    { num_heads: headCount, kv_num_heads: keyValueHeadCount, ...(attentionScale !== undefined && { scale: { float: attentionScale } }) },
  )
  return [body.node('Squeeze', [attended!, body.integers([0])]), keys!, values!]
}

/** Rows over cached and own keys. */
function alongTree(body: GraphBuilder, shape: AttentionShape, own: Projections, { rows, past, cache }: CachedPass): Results {
  const { keyValueHeadCount, headSize } = shape
  const byHead = (states: string) =>
    body.node('Transpose', [body.node('Reshape', [states, body.integers([1, -1, keyValueHeadCount, headSize])])], { perm: [0, 2, 1, 3] })
  const all = (ownStates: string, before: string) => body.node('Concat', [before, byHead(ownStates)], { axis: 2 })
  const byToken = (states: string) =>
    body.node('Reshape', [body.node('Transpose', [states], { perm: [0, 2, 1, 3] }), body.integers([-1, keyValueHeadCount * headSize])])
  const forNext = (states: string) => body.node('Gather', [states, past.next], { axis: 2 })
  const [keys, values] = [all(own.keys, cache.keys), all(own.values, cache.values)]
  const attended = treeAttention(body, shape, { ...own, keys: byToken(keys), values: byToken(values) }, { rows, past })
  return [attended, forNext(keys), forNext(values)]
}
