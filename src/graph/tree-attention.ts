/** Attention along token trees: packed tokens laid out in rows, each query over its ancestors. */
import type { ModelConfig } from '../checkpoint/config.ts'
import type { GraphBuilder } from './builder.ts'
import type { ValueInfo } from './onnx-model.ts'

/**
 * Which token attends to which: N packed tokens in preorder (a token's descendants follow it), attention in G groups of B rows of S
 * queries and up to L keys.
 */
export const ATTENTION_INPUTS: readonly ValueInfo[] = [
  /** Depth in the tree, from 0. */
  { name: 'positions', type: 'int32', shape: ['N'] },
  /** One past the last descendant: token j is seen by i when j <= i < exits[j]. */
  { name: 'exits', type: 'int32', shape: ['N'] },
  /** Packed index of each query; anything where a row is shorter. */
  { name: 'queries', type: 'int32', shape: ['G', 'B', 'S'] },
  /** Packed index of each key; N where a row has fewer. */
  { name: 'keys', type: 'int32', shape: ['G', 'B', 'L'] },
  /** How many columns of `keys` each group needs. */
  { name: 'key_counts', type: 'int64', shape: ['G'] },
  /** Where each packed token stands in the flattened `queries`. */
  { name: 'query_slots', type: 'int32', shape: ['N'] },
]

/** Shapes of attention, and how many tokens back it sees. */
export type AttentionConfig = Pick<ModelConfig, 'headCount' | 'keyValueHeadCount' | 'headSize'> & { readonly window: number }

/** Adds one layer's attention to a graph: packed [N, width] in, packed [N, heads × headSize] out. */
export type Attend = (g: GraphBuilder, config: AttentionConfig, states: Readonly<Record<'queries' | 'keys' | 'values', string>>) => string

/**
 * Each token attends to its ancestors and itself. Packed [N, width] in, packed [N, heads × headSize] out.
 * Groups run one after another, so memory is bounded by one group's scores: B × heads × S × L.
 */
export function treeAttention(g: GraphBuilder, config: AttentionConfig, { queries, keys, values }: Record<'queries' | 'keys' | 'values', string>): string {
  const body = g.body()
  const group = 'group_' + queries
  const going = 'going_' + queries
  const queryIndex = body.node('Gather', ['queries', group])
  const zero = body.integers([0])
  const count = body.node('Reshape', [body.node('Gather', ['key_counts', group]), body.integers([1])])
  const keyIndex = body.node('Slice', [body.node('Gather', ['keys', group]), zero, count, body.integers([1])])
  const lastToken = body.node('Sub', [body.node('Cast', [body.node('Shape', ['positions'])], { to: 6 }), body.node('Cast', [body.integers([1])], { to: 6 })])
  const keyToken = body.node('Min', [keyIndex, lastToken])
  const across = (value: string) => body.node('Unsqueeze', [value, body.integers([1, 2])])
  const down = (value: string) => body.node('Unsqueeze', [value, body.integers([1, 3])])
  const query = down(queryIndex)
  const visible = body.node('And', [
    body.node('LessOrEqual', [across(keyIndex), query]),
    body.node('Less', [query, across(body.node('Gather', ['exits', keyToken]))]),
  ])
  const mask = Number.isFinite(config.window) ? body.node('And', [visible, withinWindow()]) : visible
  const attended = body.node(
    'Attention',
    [body.node('Gather', [queries, queryIndex]), body.node('Gather', [keys, keyToken]), body.node('Gather', [values, keyToken]), mask],
    {
      q_num_heads: config.headCount,
      kv_num_heads: config.keyValueHeadCount,
    },
  )
  const rows = body.node('Reshape', [attended, body.integers([-1, config.headCount * config.headSize])])
  const loop = body.finish(
    'attention_group',
    [
      { name: group, type: 'int64', shape: [] },
      { name: going, type: 'bool', shape: [] },
    ],
    [
      { name: body.node('Identity', [going]), type: 'bool', shape: [] },
      { name: rows, type: 'float' },
    ],
  )
  const groupCount = g.node('Gather', [g.node('Shape', ['queries']), g.integers(0)])
  const stacked = g.node('Loop', [groupCount, ''], { body: { graph: loop } })
  return g.node('Gather', [g.node('Reshape', [stacked, g.integers([-1, config.headCount * config.headSize])]), 'query_slots'])

  /** A sliding window reaches `config.window` tokens back, the query's own included. */
  function withinWindow(): string {
    const distance = body.node('Sub', [down(body.node('Gather', ['positions', queryIndex])), across(body.node('Gather', ['positions', keyToken]))])
    return body.node('Less', [distance, body.node('Cast', [body.integers([config.window])], { to: 6 })])
  }
}
