/** Attention along token trees: packed tokens laid out in rows, each query over its ancestors. */
import type { AttentionShape, Projections } from '../blocks/attention.ts'
import type { GraphBuilder } from '../builder.ts'
import { DATA_TYPE, type ValueInfo } from '../onnx-model.ts'
import { attendRows, HIDDEN, scoreScale } from './product-attention.ts'

/** The values that say which token attends to which: N packed tokens in preorder (a token's descendants follow it), A with those of the past before them. */
export interface AttentionRows {
  /** Depth of each token in its tree, from 0, [N]. */
  readonly positions: string
  /** One past the last descendant, [A]: token j is seen by i when j <= i < subtreeEnds[j]. */
  readonly subtreeEnds: string
  /** Packed index of each query, [G, B, S]; anything if a row is shorter. */
  readonly queries: string
  /** Packed index of each key, past counted in, [G, B, L]; A or more if a row has fewer. */
  readonly keys: string
  /** How many columns of `keys` each group needs, [G]. */
  readonly keyCounts: string
  /** Index of each packed token in the flattened `queries`, [N]. */
  readonly querySlots: string
  /** How many of the G groups have rows, a scalar. */
  readonly groupCount: string
}

/** The same as inputs of a graph of one pass, without a past. */
export const ATTENTION_INPUTS: readonly ValueInfo[] = [
  { name: 'positions', type: 'int32', shape: ['N'] },
  { name: 'subtree_ends', type: 'int32', shape: ['A'] },
  { name: 'queries', type: 'int32', shape: ['G', 'B', 'S'] },
  { name: 'keys', type: 'int32', shape: ['G', 'B', 'L'] },
  { name: 'key_counts', type: 'int64', shape: ['G'] },
  { name: 'query_slots', type: 'int32', shape: ['N'] },
]

/** The names of `ATTENTION_INPUTS`. */
export function inputRows(g: GraphBuilder): AttentionRows {
  return {
    positions: 'positions',
    subtreeEnds: 'subtree_ends',
    queries: 'queries',
    keys: 'keys',
    keyCounts: 'key_counts',
    querySlots: 'query_slots',
    groupCount: g.node('Gather', [g.node('Shape', ['queries']), g.integers(0)]),
  }
}

/** What a pass knows of the tokens before it: how many, a scalar, and the index of the last token of past and pass, [1]. */
export interface PastCounts {
  readonly count: string
  readonly lastToken: string
}

/** What tokens are laid out in, and the past that `keys` count in; without a past there is one pass. */
export interface RowsOverPast {
  readonly rows: AttentionRows
  readonly past?: PastCounts | undefined
}

/**
 * Each token attends to its ancestors and itself. Returns [N, heads × headSize].
 * Groups run one after another, so memory is bounded by the scores of one group: B × heads × S × L.
 */
export function treeAttention(g: GraphBuilder, shape: AttentionShape, { queries, keys, values, sinks }: Projections, { rows, past }: RowsOverPast): string {
  const body = g.body()
  const group = 'group_' + queries
  const going = 'going_' + queries
  const index = groupIndex(body, group, { rows, past })
  const mask = visibleKeys(body, shape.window, index, { rows, past })
  const states = [body.node('Gather', [queries, index.queries]), body.node('Gather', [keys, index.keyTokens]), body.node('Gather', [values, index.keyTokens])]
  const attended = hasPlainScores(shape)
    ? body.node('Attention', [...states, mask], {
        q_num_heads: shape.headCount,
        kv_num_heads: shape.keyValueHeadCount,
        ...(shape.attentionScale !== undefined && { scale: { float: shape.attentionScale } }),
      })
    : attendByProducts(body, shape, states as [string, string, string], { mask, sinks, positions: shape.alibi && keyDepths(body, index, { rows, past }) })
  const width = shape.headCount * shape.headSize
  const loop = body.finish(
    'attention_group',
    [
      { name: group, type: 'int64', shape: [] },
      { name: going, type: 'bool', shape: [] },
    ],
    [
      { name: body.node('Identity', [going]), type: 'bool', shape: [] },
      { name: body.node('Reshape', [attended, body.integers([-1, width])]), type: 'float' },
    ],
  )
  const stacked = g.node('Loop', [rows.groupCount, ''], { body: { graph: loop } })
  return g.node('Gather', [g.node('Reshape', [stacked, g.integers([-1, width])]), rows.querySlots])
}

/** Whether scores are what onnxruntime's operators for attention compute. */
export function hasPlainScores({ attentionSoftcap, alibi, hasSinks }: Pick<AttentionShape, 'attentionSoftcap' | 'alibi' | 'hasSinks'>): boolean {
  return attentionSoftcap === undefined && alibi === undefined && hasSinks !== true
}

/** Scores with soft cap, linear biases or sinks. */
function attendByProducts(
  body: GraphBuilder,
  shape: AttentionShape,
  [queries, keys, values]: readonly [string, string, string],
  { mask, positions, sinks }: { readonly mask: string; readonly positions: string | undefined; readonly sinks: string | undefined },
): string {
  const scalar = (value: number) => body.floats(Float32Array.of(value), [1])
  const bias = body.node('Where', [mask, scalar(0), scalar(HIDDEN.float)])
  const scaled = body.node('Mul', [queries, scalar(scoreScale(shape))])
  return attendRows(
    body,
    shape,
    { queries: scaled, keys, values, ...(sinks !== undefined && { sinks }) },
    { bias, positions: positions && toFloat(body, positions), type: 'float' },
  )
}

/** Queries and keys of one group. */
interface GroupIndex {
  /** Packed index of each query, [B, S]. */
  readonly queries: string
  /** Index of each key, [B, L]; more than any token if a row has fewer. */
  readonly keys: string
  /** The same, of the last token at most: what can be gathered. */
  readonly keyTokens: string
}

function groupIndex(body: GraphBuilder, group: string, { rows, past }: RowsOverPast): GroupIndex {
  const queries = body.node('Gather', [rows.queries, group])
  const count = body.node('Reshape', [body.node('Gather', [rows.keyCounts, group]), body.integers([1])])
  const keys = body.node('Slice', [body.node('Gather', [rows.keys, group]), body.integers([0]), count, body.integers([1])])
  const lastToken = () => body.node('Sub', [toInt32(body, body.node('Shape', [rows.subtreeEnds])), toInt32(body, body.integers([1]))])
  return { queries, keys, keyTokens: body.node('Min', [keys, past?.lastToken ?? lastToken()]) }
}

/** Which key each query sees, [B, 1, S, L]. */
function visibleKeys(body: GraphBuilder, window: number, index: GroupIndex, { rows, past }: RowsOverPast): string {
  const across = (value: string) => body.node('Unsqueeze', [value, body.integers([1, 2])])
  const down = (value: string) => body.node('Unsqueeze', [value, body.integers([1, 3])])
  const query = down(past ? body.node('Add', [index.queries, past.count]) : index.queries)
  const visible = body.node('And', [
    body.node('LessOrEqual', [across(index.keys), query]),
    body.node('Less', [query, across(body.node('Gather', [rows.subtreeEnds, index.keyTokens]))]),
  ])
  return Number.isFinite(window) ? body.node('And', [visible, withinWindow()]) : visible

  /** A sliding window reaches `window` tokens back, the query's own included. */
  function withinWindow(): string {
    const distance = body.node('Sub', [down(body.node('Gather', [rows.positions, index.queries])), across(keyDepths(body, index, { rows, past }))])
    return body.node('Less', [distance, toInt32(body, body.integers([window]))])
  }
}

/** Depth of each key, [B, L]. The depth of a past token is its index. */
function keyDepths(body: GraphBuilder, index: GroupIndex, { rows, past }: RowsOverPast): string {
  const pastDepths = () => body.node('Range', [toInt32(body, body.integers(0)), past!.count, toInt32(body, body.integers(1))])
  const depths = past ? body.node('Concat', [pastDepths(), rows.positions], { axis: 0 }) : rows.positions
  return body.node('Gather', [depths, index.keyTokens])
}

function toFloat(body: GraphBuilder, value: string): string {
  return body.node('Cast', [value], { to: DATA_TYPE.float })
}

function toInt32(body: GraphBuilder, value: string): string {
  return body.node('Cast', [value], { to: DATA_TYPE.int32 })
}
