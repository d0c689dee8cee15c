/**
 * The scoring graph of a decoder-only model with RMS norms, rotary embedding, grouped queries and a gated feed-forward:
 * Llama, Mistral, SmolLM2, Qwen2, Qwen3. Tokens of many token trees lie packed, one after the other, so that no matrix product
 * sees padding; only attention lays them out in rows.
 */
import type { ModelConfig } from '../checkpoint/config.ts'
import type { RunnableWeights } from '../variant/runnable-weights.ts'
import { graphBuilder, type GraphBuilder } from './builder.ts'
import { decoderLayer, rmsNorm, rotaryTable } from './decoder-layer.ts'
import type { Graph, ValueInfo } from './onnx-model.ts'
import { below, storedWeights, type GraphWeights } from './stored-weights.ts'
import { ATTENTION_INPUTS } from './tree-attention.ts'

/** What the graph is fed: N packed tokens, and scored positions in C chunks of M positions with up to T targets each. */
const INPUTS: readonly ValueInfo[] = [
  { name: 'token_ids', type: 'int32', shape: ['N'] },
  ...ATTENTION_INPUTS,
  /** Packed index of each scored position: the token before the one that is scored. */
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
  const { hidden, norm, head } = decoderBody(g, config, weights, 'token_ids')
  scoreHead(g, config, weights, { hidden, norm, head })
  return g.finish('decoder', INPUTS, OUTPUTS)
}

/** Embeddings and layers over packed token ids [N]: hidden states [N, hidden], and the weights that a head over them takes. */
export function decoderBody(g: GraphBuilder, config: ModelConfig, weights: GraphWeights, tokenIds: string): Record<'hidden' | 'norm' | 'head', string> {
  const embeddings = weights.value('model.embed_tokens.weight')
  const rotary = rotaryTable(g, config)
  let hidden = weights.adaptEmbeddings('model.embed_tokens.weight', tokenIds, g.node('Gather', [embeddings, tokenIds]))
  config.windows.forEach((window, layer) => {
    hidden = decoderLayer(g, { ...config, window }, below(`model.layers.${layer}.`, weights), hidden, rotary)
  })
  return { hidden, norm: weights.value('model.norm.weight'), head: config.tiedHead ? embeddings : weights.value('lm_head.weight') }
}

/** Log-probabilities of the targets, a chunk of positions at a time: memory does not grow with vocabulary × tokens. */
function scoreHead(
  g: GraphBuilder,
  config: ModelConfig,
  weights: GraphWeights,
  { hidden, norm, head }: Readonly<Record<'hidden' | 'norm' | 'head', string>>,
): void {
  const body = g.body()
  const scored = body.node('Gather', [hidden, body.node('Gather', ['scored', 'chunk'])])
  const normed = rmsNorm(body, config, scored, norm)
  const logits = weights.adapt(body, 'lm_head.weight', normed, body.node('Gemm', [normed, head], { transB: 1 }))
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
