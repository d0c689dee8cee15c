/**
 * The scoring graph of a decoder-only model with RMS norms, rotary embedding, grouped queries and a gated feed-forward:
 * Llama, Mistral, SmolLM2, Qwen2, Qwen3. Tokens of many token trees lie packed, one after the other, so that no matrix product
 * sees padding; only attention lays them out in rows.
 */
import type { ModelConfig } from '../checkpoint/config.ts'
import type { Weights } from '../checkpoint/weights.ts'
import { graphBuilder, type GraphBuilder } from './builder.ts'
import { decoderLayer, rmsNorm, rotaryTable, type Rotary } from './decoder-layer.ts'
import { DATA_TYPE, DEVICE_OPSET_VERSION, type FloatType, type Graph, type ValueInfo } from './onnx-model.ts'
import { productAttention, productAttentionInputs } from './product-attention.ts'
import { storedWeights } from './stored-weights.ts'
import { ATTENTION_INPUTS, treeAttention, type Attend } from './tree-attention.ts'

/** N packed tokens. */
const TOKENS: ValueInfo = { name: 'token_ids', type: 'int32', shape: ['N'] }
/** Scored positions in C chunks of M positions with up to T targets each. */
const SCORED: readonly ValueInfo[] = [
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

/** As above; the arg-max keeps its axis, [C, M, 1]. */
const DEVICE_OUTPUTS: readonly ValueInfo[] = [OUTPUTS[0]!, { ...OUTPUTS[1]!, shape: ['C', 'M', 1] }]

/** Cosines and sines of each token's angles, for graphs that do not make them. */
const ROTARY_INPUTS: readonly ValueInfo[] = [
  { name: 'cosines', type: 'float', shape: [1, 'N', 'half'] },
  { name: 'sines', type: 'float', shape: [1, 'N', 'half'] },
]

/** The graph of a model over its weights for the CPU, in f32. */
export function decoderGraph(config: ModelConfig, { tensors }: Weights): Graph {
  const g = graphBuilder()
  const { hidden, norm, head } = decoderBody(g, config, tensors, 'token_ids')
  scoreHead(g, config, hidden, norm, head)
  return g.finish('decoder', [TOKENS, ...ATTENTION_INPUTS, ...SCORED], OUTPUTS)
}

/**
 * The same for graphics processors, in `type`: attention in `chunkCount` products, angles fed, and a log-softmax of operators that they have. Its one Loop,
 * over chunks of scored positions, steers from the CPU and carries back no more than the log-probabilities that were asked for.
 */
export function deviceDecoderGraph(config: ModelConfig, { tensors }: Weights, type: FloatType, chunkCount = 1): Graph {
  const g = graphBuilder()
  const typed = (value: string) => (type === 'float' ? value : g.node('Cast', [value], { to: DATA_TYPE[type] }))
  const form = { type, attend: productAttention(chunkCount, type), rotary: { cosines: typed('cosines'), sines: typed('sines') } }
  const { hidden, norm, head } = decoderBody(g, config, tensors, 'token_ids', form)
  scoreHead(g, config, hidden, norm, head, deviceLogProbs)
  return {
    ...g.finish('decoder', [TOKENS, ...ROTARY_INPUTS, ...productAttentionInputs(chunkCount), ...SCORED], DEVICE_OUTPUTS),
    opsetVersion: DEVICE_OPSET_VERSION,
  }
}

/** How a graph's layers are written for its provider. */
interface DecoderForm {
  readonly type: FloatType
  readonly attend: Attend
  /** Made from the inputs of tree attention when absent. */
  readonly rotary?: Rotary
}

/** Embeddings and layers over packed token ids [N]: hidden states [N, hidden], and the weights that a head over them takes. */
export function decoderBody(
  g: GraphBuilder,
  config: ModelConfig,
  tensors: Weights['tensors'],
  tokenIds: string,
  { type, attend, rotary = rotaryTable(g, config) }: DecoderForm = { type: 'float', attend: treeAttention },
): Record<'hidden' | 'norm' | 'head', string> {
  const weight = storedWeights(g, (name) => tensors.get(name)!, type)
  const embeddings = weight('model.embed_tokens.weight')
  let hidden = g.node('Gather', [embeddings, tokenIds])
  config.windows.forEach((window, layer) => {
    hidden = decoderLayer(g, { ...config, window }, (name) => weight(`model.layers.${layer}.${name}`), hidden, rotary, attend)
  })
  return { hidden, norm: weight('model.norm.weight'), head: config.tiedHead ? embeddings : weight('lm_head.weight') }
}

/** Log-probabilities of the targets, a chunk of positions at a time: memory does not grow with vocabulary × tokens. */
function scoreHead(g: GraphBuilder, config: ModelConfig, hidden: string, norm: string, head: string, logProbs: LogProbs = plainLogProbs): void {
  const body = g.body()
  const scored = body.node('Gather', [hidden, body.node('Gather', ['scored', 'chunk'])])
  const logits = body.node('Gemm', [rmsNorm(body, config, scored, norm), head], { transB: 1 })
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
type LogProbs = (g: GraphBuilder, logits: string, targets: string) => Record<'wanted' | 'best', string>

const plainLogProbs: LogProbs = (g, logits, targets) => ({
  wanted: g.node('GatherElements', [g.node('LogSoftmax', [logits], { axis: -1 }), targets], { axis: 1 }),
  best: g.node('ArgMax', [logits], { axis: 1, keepdims: 0 }),
})

/** WebGPU has no LogSoftmax, and CUDA no ReduceMax of these versions; in f32 whatever the logits are, with the maximum subtracted before anything is raised. */
const deviceLogProbs: LogProbs = (g, logits, targets) => {
  const exact = g.node('Cast', [logits], { to: DATA_TYPE.float })
  const best = g.node('ArgMax', [exact], { axis: 1, keepdims: 1 })
  const largest = g.node('GatherElements', [exact, best], { axis: 1 })
  const total = g.node('ReduceSum', [g.node('Exp', [g.node('Sub', [exact, largest])]), g.integers([1])])
  const shifted = g.node('Sub', [g.node('GatherElements', [exact, targets], { axis: 1 }), largest])
  return { wanted: g.node('Sub', [shifted, g.node('Log', [total])]), best }
}
