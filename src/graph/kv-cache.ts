/** Keys and values that a pass keeps for the next one, and attention over them. */
import type { GraphBuilder } from './builder.ts'
import type { AttentionConfig, AttentionRows } from './tree-attention.ts'
import type { PastTokens } from './past-tokens.ts'
import { treeAttention } from './tree-attention.ts'

/** Keys and values of one layer, [1, heads of keys and values, tokens, headSize] each. */
export interface LayerKeyValues {
  readonly keys: string
  readonly values: string
}

/** Whether onnxruntime's operator for chains can be had for a layer: it has no sliding window as trees count it, and wants heads of a multiple of 8. */
export function hasChainAttention({ headSize, window }: Pick<AttentionConfig, 'headSize' | 'window'>): boolean {
  return !Number.isFinite(window) && headSize % 8 === 0
}

/**
 * Attention of a pass's own tokens, [N, …], over past and own ones; comes back with [N, heads × headSize] and the past of the next pass. A chain goes
 * through GroupQueryAttention of com.microsoft, which needs neither mask nor copies of keys and holds no scores in memory; trees go through rows.
 */
export function attentionOverPast(
  g: GraphBuilder,
  config: AttentionConfig,
  own: Readonly<Record<'queries' | 'keys' | 'values', string>>,
  rows: AttentionRows,
  past: PastTokens,
  layer: LayerKeyValues,
): { readonly attended: string; readonly layer: LayerKeyValues } {
  const outputs = (names: readonly [string, string, string]) => names.map((name) => ({ name, type: 'float' as const }))
  const alongTree = (body: GraphBuilder): [string, string, string] => {
    const all = (ownStates: string, before: string) => body.node('Concat', [before, byHead(body, ownStates)], { axis: 2 })
    const byToken = (states: string) =>
      body.node('Reshape', [body.node('Transpose', [states], { perm: [0, 2, 1, 3] }), body.integers([-1, config.keyValueHeadCount * config.headSize])])
    const keep = (states: string) => body.node('Gather', [states, past.kept], { axis: 2 })
    const [keys, values] = [all(own.keys, layer.keys), all(own.values, layer.values)]
    return [treeAttention(body, config, { queries: own.queries, keys: byToken(keys), values: byToken(values) }, rows, past), keep(keys), keep(values)]
  }
  const alongChain = (body: GraphBuilder): [string, string, string] => {
    const sequence = (states: string) => body.node('Unsqueeze', [states, body.integers([0])])
    const [attended, keys, values] = body.nodes(
      'com.microsoft.GroupQueryAttention',
      [sequence(own.queries), sequence(own.keys), sequence(own.values), layer.keys, layer.values, past.lastToken, past.total],
      3,
      { num_heads: config.headCount, kv_num_heads: config.keyValueHeadCount },
    )
    return [body.node('Squeeze', [attended!, body.integers([0])]), keys!, values!]
  }
  if (!hasChainAttention(config)) {
    const [attended, keys, values] = alongTree(g)
    return { attended, layer: { keys, values } }
  }
  const branch = (name: string, form: (body: GraphBuilder) => [string, string, string]) => {
    const body = g.body()
    const results = form(body)
    return { graph: body.finish(name, [], outputs(results)) }
  }
  const [attended, keys, values] = g.nodes('If', [past.isLinear], 3, { then_branch: branch('chain', alongChain), else_branch: branch('tree', alongTree) })
  return { attended: attended!, layer: { keys: keys!, values: values! } }

  function byHead(body: GraphBuilder, states: string): string {
    return body.node('Transpose', [body.node('Reshape', [states, body.integers([1, -1, config.keyValueHeadCount, config.headSize])])], { perm: [0, 2, 1, 3] })
  }
}
