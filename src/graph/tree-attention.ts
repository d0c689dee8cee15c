/** Attention along token trees: packed tokens laid out in rows, each query over its ancestors. */
import type { ModelConfig } from '../model/config/config.ts'
import type { GraphBuilder } from './builder.ts'
import type { PastTokens } from './past-tokens.ts'
import { DATA_TYPE, type ValueInfo } from './onnx-model.ts'

/** The values that say which token attends to which: N packed tokens in preorder (a token's descendants follow it), A with those of the past before them. */
export interface AttentionRows {
  /** Depth of each token in its tree, from 0, [N]. */
  readonly positions: string
  /** One past the last descendant, [A]: token j is seen by i when j <= i < exits[j]. */
  readonly exits: string
  /** Packed index of each query, [G, B, S]; anything where a row is shorter. */
  readonly queries: string
  /** Packed index of each key, past counted in, [G, B, L]; A or more where a row has fewer. */
  readonly keys: string
  /** How many columns of `keys` each group needs, [G]. */
  readonly keyCounts: string
  /** Where each packed token stands in the flattened `queries`, [N]. */
  readonly querySlots: string
  /** How many of the G groups have rows, a scalar. */
  readonly groupCount: string
}

/** The same as inputs of a graph of one pass, without a past. */
export const ATTENTION_INPUTS: readonly ValueInfo[] = [
  { name: 'positions', type: 'int32', shape: ['N'] },
  { name: 'exits', type: 'int32', shape: ['A'] },
  { name: 'queries', type: 'int32', shape: ['G', 'B', 'S'] },
  { name: 'keys', type: 'int32', shape: ['G', 'B', 'L'] },
  { name: 'key_counts', type: 'int64', shape: ['G'] },
  { name: 'query_slots', type: 'int32', shape: ['N'] },
]

/** The names of `ATTENTION_INPUTS`. */
export function inputRows(g: GraphBuilder): AttentionRows {
  return {
    positions: 'positions',
    exits: 'exits',
    queries: 'queries',
    keys: 'keys',
    keyCounts: 'key_counts',
    querySlots: 'query_slots',
    groupCount: g.node('Gather', [g.node('Shape', ['queries']), g.integers(0)]),
  }
}

/** Shapes of attention, and how many tokens back it sees. */
export type AttentionConfig = Pick<ModelConfig, 'headCount' | 'keyValueHeadCount' | 'headSize'> & { readonly window: number }

/** Projected and rotated states: queries of N tokens, [N, heads × headSize], keys and values of A. */
export type Projections = Readonly<Record<'queries' | 'keys' | 'values', string>>

/**
 * Each token attends to its ancestors and itself. Comes back with [N, heads × headSize].
 * Groups run one after another, so memory is bounded by one group's scores: B × heads × S × L.
 */
export function treeAttention(
  g: GraphBuilder,
  config: AttentionConfig,
  projections: Projections,
  rows: AttentionRows,
  past?: Pick<PastTokens, 'count' | 'lastToken'>,
): string {
  const { queries, keys, values } = projections
  const body = g.body()
  const group = 'group_' + queries
  const going = 'going_' + queries
  const int32 = (value: string) => body.node('Cast', [value], { to: DATA_TYPE.int32 })
  const queryIndex = body.node('Gather', [rows.queries, group])
  const count = body.node('Reshape', [body.node('Gather', [rows.keyCounts, group]), body.integers([1])])
  const keyIndex = body.node('Slice', [body.node('Gather', [rows.keys, group]), body.integers([0]), count, body.integers([1])])
  const lastToken = () => body.node('Sub', [int32(body.node('Shape', [rows.exits])), int32(body.integers([1]))])
  const keyToken = body.node('Min', [keyIndex, past?.lastToken ?? lastToken()])
  const across = (value: string) => body.node('Unsqueeze', [value, body.integers([1, 2])])
  const down = (value: string) => body.node('Unsqueeze', [value, body.integers([1, 3])])
  const query = down(past ? body.node('Add', [queryIndex, past.count]) : queryIndex)
  const visible = body.node('And', [
    body.node('LessOrEqual', [across(keyIndex), query]),
    body.node('Less', [query, across(body.node('Gather', [rows.exits, keyToken]))]),
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
  const loop = body.finish(
    'attention_group',
    [
      { name: group, type: 'int64', shape: [] },
      { name: going, type: 'bool', shape: [] },
    ],
    [
      { name: body.node('Identity', [going]), type: 'bool', shape: [] },
      { name: body.node('Reshape', [attended, body.integers([-1, config.headCount * config.headSize])]), type: 'float' },
    ],
  )
  const stacked = g.node('Loop', [rows.groupCount, ''], { body: { graph: loop } })
  return g.node('Gather', [g.node('Reshape', [stacked, g.integers([-1, config.headCount * config.headSize])]), rows.querySlots])

  /** A sliding window reaches `config.window` tokens back, the query's own included. A token of the past has its place as its depth. */
  function withinWindow(): string {
    const depths = past
      ? body.node('Concat', [body.node('Range', [int32(body.integers(0)), past.count, int32(body.integers(1))]), rows.positions], { axis: 0 })
      : rows.positions
    const distance = body.node('Sub', [down(body.node('Gather', [rows.positions, queryIndex])), across(body.node('Gather', [depths, keyToken]))])
    return body.node('Less', [distance, int32(body.integers([config.window]))])
  }
}
