/** One decoder layer over packed tokens: attention along token trees, then the gated feed-forward. */
import type { ModelConfig } from '../checkpoint/config.ts'
import type { GraphBuilder } from './builder.ts'
import type { ValueInfo } from './onnx-model.ts'
import { inverseFrequencies, rotaryScale } from './rope.ts'
import type { WeightLookup } from './stored-weights.ts'

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

/** Angles of every packed token. */
export interface Rotary {
  /** [1, N, headSize / 2]. */
  readonly cosines: string
  readonly sines: string
}

/** Angles are position × inverse frequency in f32, as transformers computes them. */
export function rotaryTable(g: GraphBuilder, config: Pick<ModelConfig, 'headSize' | 'rope'>): Rotary {
  const half = config.headSize / 2
  const positions = g.node('Reshape', [g.node('Cast', ['positions'], { to: 1 }), g.integers([1, -1, 1])])
  const angles = g.node('Mul', [positions, g.floats(inverseFrequencies(config.rope, config.headSize), [1, 1, half])])
  const scale = rotaryScale(config.rope)
  const scaled = (value: string) => (scale === 1 ? value : g.node('Mul', [value, g.floats(Float32Array.of(scale), [])]))
  return { cosines: scaled(g.node('Cos', [angles])), sines: scaled(g.node('Sin', [angles])) }
}

/** What a layer needs to know of its model, and how many tokens back it sees. */
export type LayerConfig = Pick<
  ModelConfig,
  'headCount' | 'keyValueHeadCount' | 'headSize' | 'normEpsilon' | 'queryKeyNorm' | 'queryKeyValueBias' | 'attentionOutputBias' | 'feedForwardBias'
> & { readonly window: number }

/** One layer over packed hidden states [N, hidden]; comes back with the same. `weight` knows the layer's tensors without their prefix. */
export function decoderLayer(g: GraphBuilder, config: LayerConfig, weight: WeightLookup, hidden: string, rotary: Rotary): string {
  const project = (name: string, input: string, bias: boolean) =>
    g.node('Gemm', [input, weight(`${name}.weight`), ...(bias ? [weight(`${name}.bias`)] : [])], { transB: 1 })
  const norm = (name: string, input: string) => rmsNorm(g, config, input, weight(`${name}.weight`))

  const input = norm('input_layernorm', hidden)
  const rotated = (name: string, heads: number) => {
    const projected = project(`self_attn.${name}_proj`, input, config.queryKeyValueBias)
    const width = heads * config.headSize
    const normed = config.queryKeyNorm ? norm(`self_attn.${name}_norm`, g.node('Reshape', [projected, g.integers([-1, heads, config.headSize])])) : projected
    const sequence = g.node('Reshape', [normed, g.integers([1, -1, width])])
    const turned = g.node('RotaryEmbedding', [sequence, rotary.cosines, rotary.sines], { num_heads: heads })
    return g.node('Reshape', [turned, g.integers([-1, width])])
  }
  const queries = rotated('q', config.headCount)
  const keys = rotated('k', config.keyValueHeadCount)
  const values = project('self_attn.v_proj', input, config.queryKeyValueBias)
  const attended = treeAttention(g, config, queries, keys, values)
  const afterAttention = g.node('Add', [hidden, project('self_attn.o_proj', attended, config.attentionOutputBias)])

  const normed = norm('post_attention_layernorm', afterAttention)
  const gate = project('mlp.gate_proj', normed, config.feedForwardBias)
  const activated = g.node('Mul', [gate, g.node('Sigmoid', [gate])])
  const widened = g.node('Mul', [activated, project('mlp.up_proj', normed, config.feedForwardBias)])
  return g.node('Add', [afterAttention, project('mlp.down_proj', widened, config.feedForwardBias)])
}

/** x ÷ root-mean-square(x) × scale over the last axis. */
export function rmsNorm(g: GraphBuilder, config: Pick<ModelConfig, 'normEpsilon'>, input: string, scale: string): string {
  return g.node('RMSNormalization', [input, scale], { axis: -1, epsilon: { float: config.normEpsilon } })
}

/**
 * Each token attends to its ancestors and itself. Packed [N, width] in, packed [N, heads × headSize] out.
 * Groups run one after another, so memory is bounded by one group's scores: B × heads × S × L.
 */
function treeAttention(g: GraphBuilder, config: LayerConfig, queries: string, keys: string, values: string): string {
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
