/**
 * The scoring graph of a decoder-only model with RMS norms, rotary embedding, grouped queries and a gated feed-forward:
 * Llama, Mistral, SmolLM2, Qwen2, Qwen3. Tokens of many token trees lie packed, one after the other, so that no matrix product
 * sees padding; only attention lays them out in rows.
 */
import type { ModelConfig } from '../checkpoint/config.ts'
import type { Weights } from '../checkpoint/weights.ts'
import { graphBuilder, type GraphBuilder } from './builder.ts'
import type { DataType, Graph, ValueInfo } from './onnx-model.ts'
import { inverseFrequencies, rotaryScale } from './rope.ts'

/**
 * What the graph is fed: N packed tokens in preorder (a token's descendants follow it), attention in G groups of B rows of S queries and
 * up to L keys, scored positions in C chunks of M positions with up to T targets each. All int32 except `key_counts`.
 */
export const GRAPH_INPUTS: readonly ValueInfo[] = [
  { name: 'token_ids', type: 'int32', shape: ['N'] },
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
  /** Packed index of each scored position: the token before the one that is scored. */
  { name: 'scored', type: 'int32', shape: ['C', 'M'] },
  /** Token ids whose log-probability is asked at that position. */
  { name: 'targets', type: 'int32', shape: ['C', 'M', 'T'] },
]

/** What comes out: `log_probs` [C, M, T], natural logarithms, and `best` [C, M], the arg-max token. */
export const GRAPH_OUTPUTS: readonly ValueInfo[] = [
  { name: 'log_probs', type: 'float', shape: ['C', 'M', 'T'] },
  { name: 'best', type: 'int64', shape: ['C', 'M'] },
]

const CONSTANT_TYPE = { F32: 'float', F16: 'float16', BF16: 'bfloat16' } as const satisfies Record<string, DataType>

/** Access to the model's tensors as f32 values of the graph; each is cast at most once. */
type WeightLookup = (name: string) => string

/** The graph of a model over its weights, for f32 arithmetic. */
export function decoderGraph(config: ModelConfig, weights: Weights): Graph {
  const g = graphBuilder()
  const weight = weightLookup(g, weights)
  const embeddings = weight('model.embed_tokens.weight')
  const rotary = rotaryTable(g, config)
  let hidden = g.node('Gather', [embeddings, 'token_ids'])
  for (let layer = 0; layer < config.layerCount; layer++) {
    hidden = decoderLayer(g, config, weight, layer, hidden, rotary)
  }
  scoreHead(g, config, hidden, weight('model.norm.weight'), config.tiedHead ? embeddings : weight('lm_head.weight'))
  return g.finish('decoder', GRAPH_INPUTS, GRAPH_OUTPUTS)
}

/** Weights stay in their files; f16 and bf16 are cast to f32, which the runtime folds at load. */
function weightLookup(g: GraphBuilder, weights: Weights): WeightLookup {
  const made = new Map<string, string>()
  return (name) => {
    const known = made.get(name)
    if (known !== undefined) return known
    const { dtype, shape, location, byteOffset, byteLength } = weights.tensors.get(name)!
    const stored = g.initializer({ kind: 'external', name, type: CONSTANT_TYPE[dtype], shape, location, byteOffset, byteLength })
    const value = dtype === 'F32' ? stored : g.node('Cast', [stored], { to: 1 })
    made.set(name, value)
    return value
  }
}

interface Rotary {
  /** [1, N, headSize / 2]. */
  readonly cosines: string
  readonly sines: string
}

/** Angles are position × inverse frequency in f32, as transformers computes them. */
function rotaryTable(g: GraphBuilder, config: ModelConfig): Rotary {
  const half = config.headSize / 2
  const positions = g.node('Reshape', [g.node('Cast', ['positions'], { to: 1 }), g.integers([1, -1, 1])])
  const angles = g.node('Mul', [positions, g.floats(inverseFrequencies(config.rope, config.headSize), [1, 1, half])])
  const scale = rotaryScale(config.rope)
  const scaled = (value: string) => (scale === 1 ? value : g.node('Mul', [value, g.floats(Float32Array.of(scale), [])]))
  return { cosines: scaled(g.node('Cos', [angles])), sines: scaled(g.node('Sin', [angles])) }
}

function decoderLayer(g: GraphBuilder, config: ModelConfig, weight: WeightLookup, layer: number, hidden: string, rotary: Rotary): string {
  const prefix = `model.layers.${layer}`
  const project = (name: string, input: string, bias: boolean) =>
    g.node('Gemm', [input, weight(`${prefix}.${name}.weight`), ...(bias ? [weight(`${prefix}.${name}.bias`)] : [])], { transB: 1 })
  const norm = (name: string, input: string) => rmsNorm(g, config, input, weight(`${prefix}.${name}.weight`))

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
  const attended = treeAttention(g, config, queries, keys, values, config.windows[layer]!)
  const afterAttention = g.node('Add', [hidden, project('self_attn.o_proj', attended, config.attentionOutputBias)])

  const normed = norm('post_attention_layernorm', afterAttention)
  const gate = project('mlp.gate_proj', normed, config.feedForwardBias)
  const activated = g.node('Mul', [gate, g.node('Sigmoid', [gate])])
  const widened = g.node('Mul', [activated, project('mlp.up_proj', normed, config.feedForwardBias)])
  return g.node('Add', [afterAttention, project('mlp.down_proj', widened, config.feedForwardBias)])
}

function rmsNorm(g: GraphBuilder, config: ModelConfig, input: string, scale: string): string {
  return g.node('RMSNormalization', [input, scale], { axis: -1, epsilon: { float: config.normEpsilon } })
}

/**
 * Each token attends to its ancestors and itself. Packed [N, width] in, packed [N, heads × headSize] out.
 * Groups run one after another, so memory is bounded by one group's scores: B × heads × S × L.
 */
function treeAttention(g: GraphBuilder, config: ModelConfig, queries: string, keys: string, values: string, window: number): string {
  const body = g.body()
  const group = 'group_' + queries
  const going = 'going_' + queries
  const queryIndex = body.node('Gather', ['queries', group])
  const zero = body.integers([0])
  const count = body.node('Reshape', [body.node('Gather', ['key_counts', group]), body.integers([1])])
  const keyIndex = body.node('Slice', [body.node('Gather', ['keys', group]), zero, count, body.integers([1])])
  const lastToken = body.node('Sub', [body.node('Cast', [body.node('Shape', ['token_ids'])], { to: 6 }), body.node('Cast', [body.integers([1])], { to: 6 })])
  const keyToken = body.node('Min', [keyIndex, lastToken])
  const across = (value: string) => body.node('Unsqueeze', [value, body.integers([1, 2])])
  const down = (value: string) => body.node('Unsqueeze', [value, body.integers([1, 3])])
  const query = down(queryIndex)
  const visible = body.node('And', [
    body.node('LessOrEqual', [across(keyIndex), query]),
    body.node('Less', [query, across(body.node('Gather', ['exits', keyToken]))]),
  ])
  const mask = Number.isFinite(window) ? body.node('And', [visible, withinWindow()]) : visible
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

  /** A sliding window reaches `window` tokens back, the query's own included. */
  function withinWindow(): string {
    const distance = body.node('Sub', [down(body.node('Gather', ['positions', queryIndex])), across(body.node('Gather', ['positions', keyToken]))])
    return body.node('Less', [distance, body.node('Cast', [body.integers([window])], { to: 6 })])
  }
}

/** Log-probabilities of the targets, a chunk of positions at a time: memory does not grow with vocabulary × tokens. */
function scoreHead(g: GraphBuilder, config: ModelConfig, hidden: string, norm: string, head: string): void {
  const body = g.body()
  const scored = body.node('Gather', [hidden, body.node('Gather', ['scored', 'chunk'])])
  const logits = body.node('Gemm', [rmsNorm(body, config, scored, norm), head], { transB: 1 })
  const logProbs = body.node('LogSoftmax', [logits], { axis: -1 })
  const wanted = body.node('GatherElements', [logProbs, body.node('Gather', ['targets', 'chunk'])], { axis: 1 })
  const best = body.node('ArgMax', [logits], { axis: 1, keepdims: 0 })
  const loop = body.finish(
    'score_chunk',
    [
      { name: 'chunk', type: 'int64', shape: [] },
      { name: 'chunk_going', type: 'bool', shape: [] },
    ],
    [
      { name: body.node('Identity', ['chunk_going']), type: 'bool', shape: [] },
      { name: wanted, type: 'float' },
      { name: best, type: 'int64' },
    ],
  )
  const chunkCount = g.node('Gather', [g.node('Shape', ['scored']), g.integers(0)])
  const [logProbsOut, bestOut] = g.nodes('Loop', [chunkCount, ''], 2, { body: { graph: loop } })
  g.output(logProbsOut!, 'log_probs')
  g.output(bestOut!, 'best')
}
