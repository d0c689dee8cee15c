/**
 * The scoring graph of a decoder-only model with RMS norms, rotary embedding, grouped queries and a gated feed-forward:
 * src/model/families declares which models have it. Tokens of many token trees lie packed, one after the other, so that no matrix product
 * sees padding; only attention lays them out in rows. On the CPU they go through in passes, and a pass that is a chain attends without rows.
 */
import type { ModelConfig } from '../model/config/config.ts'
import type { RunnableWeights } from '../model/runnable/runnable-weights.ts'
import { graphBuilder, type GraphBuilder } from './builder.ts'
import { decoderLayer, rmsNorm, rotaryTable, type AttentionForm, type Rotary } from './decoder-layer.ts'
import { attentionOverPast, type LayerKeyValues } from './kv-cache.ts'
import type { PastTokens } from './past-tokens.ts'
import { DATA_TYPE, DEVICE_OPSET_VERSION, type FloatType, type Graph, type ValueInfo } from './onnx-model.ts'
import { productAttention, productAttentionInputs } from './product-attention.ts'
import { below, storedWeights, type GraphWeights } from './stored-weights.ts'
import type { AttentionConfig, AttentionRows } from './tree-attention.ts'

/** Scored positions in C chunks of M positions with up to T targets each. */
const SCORED: readonly ValueInfo[] = [
  /** Index of the token before the one that is scored. */
  { name: 'scored', type: 'int32', shape: ['C', 'M'] },
  /** Token ids whose log-probability is asked at that position. */
  { name: 'targets', type: 'int32', shape: ['C', 'M', 'T'] },
]

/**
 * What the graph for the CPU is fed: P passes of N packed tokens. `Pass` and `AttentionLayout` of src/plan say what the values mean.
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
  /** Indices count through the flattened `leaving`. */
  ...SCORED,
]

/** What comes out: `log_probs` [C, M, T], natural logarithms, and `best` [C, M], the arg-max token. */
const OUTPUTS: readonly ValueInfo[] = [
  { name: 'log_probs', type: 'float', shape: ['C', 'M', 'T'] },
  { name: 'best', type: 'int64', shape: ['C', 'M'] },
]

/** Of a graph for graphics processors: N packed tokens. */
const TOKENS: ValueInfo = { name: 'token_ids', type: 'int32', shape: ['N'] }
/** As `OUTPUTS`; the arg-max keeps its axis, [C, M, 1]. */
const DEVICE_OUTPUTS: readonly ValueInfo[] = [OUTPUTS[0]!, { ...OUTPUTS[1]!, shape: ['C', 'M', 1] }]

/** Cosines and sines of each token's angles, for graphs that do not make them. */
const ROTARY_INPUTS: readonly ValueInfo[] = [
  { name: 'cosines', type: 'float', shape: [1, 'N', 'half'] },
  { name: 'sines', type: 'float', shape: [1, 'N', 'half'] },
]

/** The graph of a model over its weights for the CPU, in f32. `sumParts`: in how many parts the log-softmax sums the vocabulary. */
export function decoderGraph(config: ModelConfig, runnable: RunnableWeights, { sumParts = 1 } = {}): Graph {
  const g = graphBuilder()
  const weights = graphWeights(g, runnable)
  scoreHead(g, config, weights, layersInPasses(g, config, weights), config.vocabularySize % sumParts === 0 ? logProbsInParts(sumParts) : plainLogProbs)
  return g.finish('decoder', INPUTS, OUTPUTS)
}

/**
 * The same for graphics processors, in `type` and in one pass: attention in `chunkCount` products, angles fed, and a log-softmax of operators that they
 * have. Its one Loop, over chunks of scored positions, steers from the CPU and carries back no more than the log-probabilities that were asked for.
 */
export function deviceDecoderGraph(config: ModelConfig, runnable: RunnableWeights, type: FloatType, chunkCount = 1): Graph {
  const g = graphBuilder()
  const typed = (value: string) => (type === 'float' ? value : g.node('Cast', [value], { to: DATA_TYPE[type] }))
  const weights = graphWeights(g, runnable, type)
  const attend = productAttention(chunkCount, type)
  const rotary = { cosines: typed('cosines'), sines: typed('sines') }
  const hidden = decoderLayers(g, config, weights, TOKENS.name, rotary, (layer) => (projections) => attend(g, layer, projections))
  scoreHead(g, config, weights, hidden, deviceLogProbs)
  return {
    ...g.finish('decoder', [TOKENS, ...ROTARY_INPUTS, ...productAttentionInputs(chunkCount), ...SCORED], DEVICE_OUTPUTS),
    opsetVersion: DEVICE_OPSET_VERSION,
  }
}

function graphWeights(g: GraphBuilder, { tensors, quantized, adapter }: RunnableWeights, type?: FloatType): GraphWeights {
  return storedWeights(g, { tensorOf: (name) => tensors.get(name)!, quantizedOf: (name) => quantized?.get(name), pairOf: (name) => adapter?.get(name) }, type)
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
  const { embeddings, layers } = config.tensorNames
  const embedded = g.node('Gather', [weights.value(embeddings), tokenIds])
  return config.windows.reduce(
    (hidden, window, layer) => {
      const layerConfig = { ...config, window }
      return decoderLayer(g, layerConfig, below(`${layers}${layer}.`, weights), hidden, rotary, attention(layerConfig, layer))
    },
    weights.adaptEmbeddings(g, embeddings, tokenIds, embedded),
  )
}

/** The tensor that makes logits of hidden states. */
export function headName({ tiedHead, tensorNames }: Pick<ModelConfig, 'tiedHead' | 'tensorNames'>): string {
  return tiedHead ? tensorNames.embeddings : tensorNames.head
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
  const past = pastTokens(body, names[0]!, of)
  const after: LayerKeyValues[] = []
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
function pastTokens(body: GraphBuilder, pastKeys: string, of: (input: string) => string): PastTokens {
  const int32 = (value: string) => body.node('Cast', [value], { to: DATA_TYPE.int32 })
  const count = int32(body.node('Gather', [body.node('Shape', [pastKeys]), body.integers(2)]))
  const own = int32(body.node('Size', [of('token_ids')]))
  const total = body.node('Add', [count, own])
  const lastToken = body.node('Sub', [total, int32(body.integers([1]))])
  const cachedCount = body.node('Reshape', [of('kept_counts'), body.integers([1])])
  const kept = body.node('Slice', [of('kept'), body.integers([0]), cachedCount, body.integers([0])])
  return { count, total, lastToken, kept, isLinear: of('is_chain') }
}

/** Log-probabilities of the targets, a chunk of positions at a time: memory does not grow with vocabulary × tokens. */
function scoreHead(g: GraphBuilder, config: ModelConfig, weights: GraphWeights, hidden: string, logProbs: LogProbs): void {
  const body = g.body()
  const scored = body.node('Gather', [hidden, body.node('Gather', ['scored', 'chunk'])])
  const normed = rmsNorm(body, config, scored, weights.value(config.tensorNames.finalNorm))
  const logits = weights.adapt(body, config.tensorNames.head, normed, body.node('Gemm', [normed, weights.value(headName(config))], { transB: 1 }))
  const { wanted, best } = logProbs(body, logits, body.node('Gather', ['targets', 'chunk']))
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

/** Log-probabilities [M, T] of the targets [M, T], and the arg-max, M values, of logits [M, vocabulary]. */
export type LogProbs = (g: GraphBuilder, logits: string, targets: string) => Record<'wanted' | 'best', string>

/** Log-softmax of the whole vocabulary at once. */
export const plainLogProbs: LogProbs = (g, logits, targets) => ({
  wanted: g.node('GatherElements', [g.node('LogSoftmax', [logits], { axis: -1 }), targets], { axis: 1 }),
  best: g.node('ArgMax', [logits], { axis: 1, keepdims: 0 }),
})

/**
 * The same with the exponentials of `parts` equal parts of the vocabulary summed apart: a long sum in f32 loses small terms. The log-softmax of
 * the parts' own sums is added to that within the target's part.
 */
function logProbsInParts(parts: number): LogProbs {
  if (parts === 1) return plainLogProbs
  return (g, logits, targets) => {
    const inParts = g.node('Reshape', [logits, g.integers([0, parts, -1])])
    const within = g.node('LogSoftmax', [inParts], { axis: -1 })
    const firstOf = (values: string) => g.node('Gather', [values, g.integers(0)], { axis: -1 })
    const ofParts = g.node('LogSoftmax', [g.node('Sub', [firstOf(inParts), firstOf(within)])], { axis: -1 })
    const partSize = g.node('Cast', [g.node('Gather', [g.node('Shape', [inParts]), g.integers(2)])], { to: DATA_TYPE.int32 })
    return {
      wanted: g.node('Add', [
        g.node('GatherElements', [g.node('Reshape', [within, g.integers([0, -1])]), targets], { axis: 1 }),
        g.node('GatherElements', [ofParts, g.node('Div', [targets, partSize])], { axis: 1 }),
      ]),
      best: g.node('ArgMax', [logits], { axis: 1, keepdims: 0 }),
    }
  }
}

/** WebGPU has no LogSoftmax, and CUDA no ReduceMax of these versions; in f32 whatever the logits are, with the maximum subtracted before anything is raised. */
export const deviceLogProbs: LogProbs = (g, logits, targets) => {
  const exact = g.node('Cast', [logits], { to: DATA_TYPE.float })
  const best = g.node('ArgMax', [exact], { axis: 1, keepdims: 1 })
  const largest = g.node('GatherElements', [exact, best], { axis: 1 })
  const total = g.node('ReduceSum', [g.node('Exp', [g.node('Sub', [exact, largest])]), g.integers([1])])
  const shifted = g.node('Sub', [g.node('GatherElements', [exact, targets], { axis: 1 }), largest])
  return { wanted: g.node('Sub', [shifted, g.node('Log', [total])]), best }
}
