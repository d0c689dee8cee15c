/**
 * The scoring graph of a decoder-only model with RMS norms, rotary embedding, grouped queries and a gated feed-forward:
 * Llama, Mistral, SmolLM2, Qwen2, Qwen3. Tokens of many token trees lie packed, one after the other, so that no matrix product
 * sees padding; only attention lays them out in rows.
 */
import type { ModelConfig } from '../checkpoint/config.ts'
import type { RunnableWeights } from '../variant/runnable-weights.ts'
import { graphBuilder, type GraphBuilder } from './builder.ts'
import { decoderLayer, rmsNorm, rotaryTable, type AttentionForm, type Rotary } from './decoder-layer.ts'
import { attentionOverPast, type KeptPast, type LayerPast } from './kept-past.ts'
import type { Graph, ValueInfo } from './onnx-model.ts'
import { below, storedWeights, type GraphWeights } from './stored-weights.ts'
import type { AttentionConfig, AttentionRows } from './tree-attention.ts'

/**
 * What the graph is fed: P passes of N packed tokens (`Pass` and `AttentionLayout` of src/plan say what the values mean), and scored positions
 * in C chunks of M positions with up to T targets each.
 */
const INPUTS: readonly ValueInfo[] = [
  { name: 'token_ids', type: 'int32', shape: ['P', 'N'] },
  { name: 'positions', type: 'int32', shape: ['P', 'N'] },
  /** Of past and own tokens; anything behind the last. */
  { name: 'exits', type: 'int32', shape: ['P', 'A'] },
  { name: 'queries', type: 'int32', shape: ['P', 'G', 'B', 'S'] },
  { name: 'keys', type: 'int32', shape: ['P', 'G', 'B', 'L'] },
  { name: 'key_counts', type: 'int64', shape: ['P', 'G'] },
  { name: 'query_slots', type: 'int32', shape: ['P', 'N'] },
  { name: 'group_counts', type: 'int64', shape: ['P'] },
  /** The past of the next pass, in `kept_counts` columns. */
  { name: 'kept', type: 'int32', shape: ['P', 'K'] },
  { name: 'kept_counts', type: 'int64', shape: ['P'] },
  { name: 'is_chain', type: 'bool', shape: ['P'] },
  /** Which tokens of each pass leave the layers; anything behind the last. */
  { name: 'leaving', type: 'int32', shape: ['P', 'R'] },
  /** Index into the flattened `leaving` of each scored position: the token before the one that is scored. */
  { name: 'scored', type: 'int32', shape: ['C', 'M'] },
  /** Token ids whose log-probability is asked at that position. */
  { name: 'targets', type: 'int32', shape: ['C', 'M', 'T'] },
]

/** What comes out: `log_probs` [C, M, T], natural logarithms, and `best` [C, M], the arg-max token. */
const OUTPUTS: readonly ValueInfo[] = [
  { name: 'log_probs', type: 'float', shape: ['C', 'M', 'T'] },
  { name: 'best', type: 'int64', shape: ['C', 'M'] },
]

/** The graph of a model over its weights, for f32 arithmetic. */
export function decoderGraph(config: ModelConfig, { tensors, quantized, adapter }: RunnableWeights): Graph {
  const g = graphBuilder()
  const weights = storedWeights(g, {
    tensorOf: (name) => tensors.get(name)!,
    quantizedOf: (name) => quantized?.get(name),
    pairOf: (name) => adapter?.get(name),
  })
  scoreHead(g, config, weights, layersInPasses(g, config, weights))
  return g.finish('decoder', INPUTS, OUTPUTS)
}

/** Embeddings and layers over packed token ids [N]: hidden states [N, hidden]. `attention` makes each layer's form. */
export function decoderLayers(
  g: GraphBuilder,
  config: ModelConfig,
  weights: GraphWeights,
  tokenIds: string,
  rotary: Rotary,
  attention: (config: AttentionConfig, layer: number) => AttentionForm,
): string {
  const embedded = g.node('Gather', [weights.value(EMBEDDINGS), tokenIds])
  return config.windows.reduce(
    (hidden, window, layer) => {
      const layerConfig = { ...config, window }
      return decoderLayer(g, layerConfig, below(`model.layers.${layer}.`, weights), hidden, rotary, attention(layerConfig, layer))
    },
    weights.adaptEmbeddings(g, EMBEDDINGS, tokenIds, embedded),
  )
}

const EMBEDDINGS = 'model.embed_tokens.weight'

/** The tensor that makes logits of hidden states. */
export function headName({ tiedHead }: Pick<ModelConfig, 'tiedHead'>): string {
  return tiedHead ? EMBEDDINGS : 'lm_head.weight'
}

/** Passes one after another, each with the past that the one before it kept; comes back with the states that leave, [P × R, hidden]. */
function layersInPasses(g: GraphBuilder, config: ModelConfig, weights: GraphWeights): string {
  const body = g.body()
  const of = (input: string) => body.node('Gather', [input, 'pass'])
  const names = config.windows.flatMap((_, layer) => [`past_keys_${layer}`, `past_values_${layer}`])
  const rows: AttentionRows = {
    positions: of('positions'),
    exits: of('exits'),
    queries: of('queries'),
    keys: of('keys'),
    keyCounts: of('key_counts'),
    querySlots: of('query_slots'),
    groupCount: of('group_counts'),
  }
  const past = keptPast(body, names[0]!, of)
  const after: LayerPast[] = []
  const hidden = decoderLayers(body, config, weights, of('token_ids'), rotaryTable(body, config, rows.positions), (layerConfig, layer) => (own) => {
    const before = { keys: names[2 * layer]!, values: names[2 * layer + 1]! }
    const { attended, layer: next } = attentionOverPast(body, layerConfig, own, rows, past, before)
    after.push(next)
    return attended
  })
  const leaving = body.node('Gather', [hidden, of('leaving')])
  const states = (name: string): ValueInfo => ({ name, type: 'float', shape: [1, config.keyValueHeadCount, 'past', config.headSize] })
  const graph = body.finish(
    'pass',
    [{ name: 'pass', type: 'int64', shape: [] }, { name: 'pass_going', type: 'bool', shape: [] }, ...names.map(states)],
    [
      { name: body.node('Identity', ['pass_going']), type: 'bool', shape: [] },
      ...after.flatMap(({ keys, values }) => [states(keys), states(values)]),
      { name: leaving, type: 'float' },
    ],
  )
  const passCount = g.node('Gather', [g.node('Shape', ['token_ids']), g.integers(0)])
  const nothing = g.floats(new Float32Array(0), [1, config.keyValueHeadCount, 0, config.headSize])
  const outputs = g.nodes('Loop', [passCount, '', ...names.map(() => nothing)], names.length + 1, { body: { graph } })
  return g.node('Reshape', [outputs.at(-1)!, g.integers([-1, config.hiddenSize])])
}

/** What attention asks of a pass, from its inputs and from the past of one layer, which has as many tokens as that of any other. */
function keptPast(body: GraphBuilder, pastKeys: string, of: (input: string) => string): KeptPast {
  const int32 = (value: string) => body.node('Cast', [value], { to: 6 })
  const count = int32(body.node('Gather', [body.node('Shape', [pastKeys]), body.integers(2)]))
  const own = int32(body.node('Size', [of('token_ids')]))
  const total = body.node('Add', [count, own])
  const lastToken = body.node('Sub', [total, int32(body.integers([1]))])
  const keptCount = body.node('Reshape', [of('kept_counts'), body.integers([1])])
  const kept = body.node('Slice', [of('kept'), body.integers([0]), keptCount, body.integers([0])])
  return { count, total, lastToken, kept, isChain: of('is_chain') }
}

/** Log-probabilities of the targets, a chunk of positions at a time: memory does not grow with vocabulary × tokens. */
function scoreHead(g: GraphBuilder, config: ModelConfig, weights: GraphWeights, hidden: string): void {
  const body = g.body()
  const scored = body.node('Gather', [hidden, body.node('Gather', ['scored', 'chunk'])])
  const normed = rmsNorm(body, config, scored, weights.value('model.norm.weight'))
  const logits = weights.adapt(body, 'lm_head.weight', normed, body.node('Gemm', [normed, weights.value(headName(config))], { transB: 1 }))
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
