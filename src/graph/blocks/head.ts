/** The head: final norm, logits, and log-probabilities of the targets. */
import type { ModelConfig } from '../../model/config/config.ts'
import type { DataType, ValueInfo } from '../onnx-model.ts'
import type { GraphBuilder } from '../builder.ts'
import type { Block } from './block.ts'
import { headName, projectOutside } from './embedding.ts'
import { headBiasName } from '../../model/families/tensor-names.ts'
import type { LogProbs } from './log-probs.ts'
import { norm, type NormConfig } from './norm.ts'
import { softcap } from './softcap.ts'

/** Inputs of the head: scored positions in C chunks of M positions with up to T targets each. */
export const HEAD_INPUTS: readonly ValueInfo[] = [
  /** Index, into the hidden states, of the token before each scored one. */
  { name: 'scored', type: 'int32', shape: ['C', 'M'] },
  /** Token ids whose log-probability is asked at that position. */
  { name: 'targets', type: 'int32', shape: ['C', 'M', 'T'] },
]

/** Outputs of the head: `log_probs`, natural logarithms, and `best`, the arg-max token. */
export const HEAD_OUTPUTS = [
  { name: 'log_probs', type: 'float', shape: ['C', 'M', 'T'] },
  { name: 'best', type: 'int64', shape: ['C', 'M'] },
] as const satisfies readonly ValueInfo[]

/** What the head needs to know. */
export type HeadConfig = NormConfig & Pick<ModelConfig, 'tiedHead' | 'tensorNames' | 'headBias' | 'isHeadNormalized' | 'logitScale' | 'logitSoftcap'>

/** What the head reads, [N, embedding width], of hidden states [N, hidden]. */
export function finalStates(model: Block<NormConfig & Pick<ModelConfig, 'tensorNames'>>, hidden: string): string {
  const { finalNorm, headProjection } = model.config.tensorNames
  return projectOutside(model, headProjection, finalNorm === undefined ? hidden : norm(model, finalNorm, hidden))
}

/** Logits [N, vocabulary] of hidden states [N, hidden]. */
export function logitsOf(model: Block<HeadConfig>, hidden: string): string {
  const { g, config, weights } = model
  const { head } = config.tensorNames
  const normed = finalStates(model, hidden)
  const bias = config.headBias ? [weights.value(headBiasName(head))] : []
  const product = g.node(
    'Gemm',
    [weights.roundInput(g, head, normed), config.isHeadNormalized ? normalizedHead(model) : weights.value(headName(config)), ...bias],
    { transB: 1 },
  )
  const logits = weights.adapt(g, head, normed, product)
  const scaled = config.logitScale === undefined ? logits : g.node('Mul', [logits, weights.constant([config.logitScale])])
  return softcap(g, config.logitSoftcap, scaled, (value) => weights.constant([value]))
}

/** The head with rows of length 1. */
function normalizedHead({ config, weights }: Block<HeadConfig>): string {
  const name = headName(config)
  return weights.derived(`${name} of length 1`, (outer) => {
    const squares = outer.node('Mul', [weights.value(name), weights.value(name)])
    const lengths = outer.node('Sqrt', [outer.node('ReduceSum', [squares, outer.integers([1])])])
    return outer.node('Div', [weights.value(name), lengths])
  })
}

/** Adds the head over hidden states [N, hidden], a chunk of positions at a time: memory does not grow with vocabulary × tokens. `extra` as of scoreHeads. */
export function scoreHead(model: Block<HeadConfig>, hidden: string, logProbs: LogProbs, extra?: HeadExtra): ValueInfo[] {
  return scoreHeads(model.g, [{ model, hidden, logProbs }], extra)
}

/** The head of one of several models over the same tokens. */
export interface ModelHead {
  readonly model: Pick<Block<HeadConfig>, 'config' | 'weights'>
  /** Hidden states of the model after its last layer, [N, hidden]. */
  readonly hidden: string
  readonly logProbs: LogProbs
}

/** The outputs of the model at an index: as HEAD_OUTPUTS, from the second model on with its index. */
export function headOutputNames(index: number): { readonly logProbs: string; readonly best: string } {
  return index === 0 ? { logProbs: 'log_probs', best: 'best' } : { logProbs: `log_probs_${index}`, best: `best_${index}` }
}

/** Values of one chunk, in the body of the loop over chunks. */
export interface HeadChunk {
  /** Of each model: hidden states of the scored positions before the final norm, [M, hidden], and logits, [M, vocabulary]. */
  readonly models: readonly { readonly states: string; readonly logits: string }[]
  /** [M, T]. */
  readonly targets: string
  /** Index of the chunk. */
  readonly chunk: string
}

/** A value of each chunk that leaves the graph, stacked over chunks. */
export interface HeadOutput {
  readonly name: string
  readonly type: DataType
  readonly value: string
}

/** Makes further values of each chunk. */
export type HeadExtra = (body: GraphBuilder, chunk: HeadChunk) => readonly HeadOutput[]

/** Adds the heads of several models: each chunk of positions has the logits of all of them at once. Returns the outputs that `extra` adds. */
export function scoreHeads(g: GraphBuilder, heads: readonly ModelHead[], extra: HeadExtra = () => []): ValueInfo[] {
  const body = g.body()
  const targets = body.node('Gather', ['targets', 'chunk'])
  const models = heads.map(({ model: { config, weights }, hidden }) => {
    const states = body.node('Gather', [hidden, body.node('Gather', ['scored', 'chunk'])])
    return { states, logits: logitsOf({ g: body, config, weights }, states) }
  })
  const outputs: readonly HeadOutput[] = [
    ...heads.flatMap(({ logProbs }, index): HeadOutput[] => {
      const { wanted, best } = logProbs(body, models[index]!.logits, targets)
      const names = headOutputNames(index)
      return [
        { name: names.logProbs, type: 'float', value: wanted },
        { name: names.best, type: 'int64', value: best },
      ]
    }),
    ...extra(body, { models, targets, chunk: 'chunk' }),
  ]
  const loop = body.finish(
    'score_chunk',
    [
      { name: 'chunk', type: 'int64', shape: [] },
      { name: 'chunk_going', type: 'bool', shape: [] },
    ],
    [{ name: body.node('Identity', ['chunk_going']), type: 'bool', shape: [] }, ...outputs.map(({ value, type }): ValueInfo => ({ name: value, type }))],
  )
  const chunkCount = g.node('Gather', [g.node('Shape', ['scored']), g.integers(0)])
  const values = g.nodes('Loop', [chunkCount, ''], outputs.length, { body: { graph: loop } })
  outputs.forEach(({ name }, index) => g.output(values[index]!, name))
  return outputs.slice(2 * heads.length).map(({ name, type }) => ({ name, type }))
}
