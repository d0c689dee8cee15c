/** How far a model's next-token distribution is from that of the model that it was made from: outputs of the head, a value a scored position. */
import type { ModelConfig } from '../../model/config/config.ts'
import type { GraphBuilder } from '../builder.ts'
import { DATA_TYPE, type FloatType, type ValueInfo } from '../onnx-model.ts'
import type { GraphWeights } from '../stored-weights.ts'
import { logitsOf, type HeadConfig, type HeadExtra, type HeadOutput } from './head.ts'
import { exactSumParts } from './log-probs.ts'

/** The original's head. */
export interface OriginalHead {
  readonly config: HeadConfig & Pick<ModelConfig, 'hiddenSize'>
  readonly weights: GraphWeights
}

/** Input: hidden states of the original before its final norm, of C chunks of M scored positions. */
export function originalStates({ hiddenSize }: Pick<ModelConfig, 'hiddenSize'>): ValueInfo {
  return { name: 'original_states', type: 'float', shape: ['C', 'M', hiddenSize] }
}

/** Outputs of the original, by their kind. */
export const ORIGINAL_OUTPUTS = { best: 'original_best', logProbs: 'original_log_probs', states: 'hidden_states' } as const

/** Outputs of the variant at an index among the models of the graph. */
export function divergenceOutputNames(index: number): Readonly<Record<'kl' | 'logProbs', string>> {
  return index === 0 ? { kl: 'kl', logProbs: 'variant_log_probs' } : { kl: `kl_${index}`, logProbs: `variant_log_probs_${index}` }
}

/** Gives out the first model's hidden states of the scored positions, before the final norm, in f32: `hidden_states` [C, M, hidden]. */
export const hiddenStatesOutput: HeadExtra = (body, { models: [model] }) => [
  { name: ORIGINAL_OUTPUTS.states, type: 'float', value: inFloat(body, model!.states) },
]

/** Applies the original's head to its own hidden states, which are fed, and compares its distribution with this model's. `type`: of the graph's arithmetic. */
export function divergenceFromStates({ config, weights }: OriginalHead, vocabularySize: number, type: FloatType = 'float'): HeadExtra {
  return (body, { models: [model], targets, chunk }) => {
    const fed = body.node('Gather', ['original_states', chunk])
    const states = type === 'float' ? fed : body.node('Cast', [fed], { to: DATA_TYPE[type] })
    const original = logitsOf({ g: body, config, weights }, states)
    return divergenceOutputs(body, { original, variants: [{ index: 0, logits: model!.logits }], targets, vocabularySize })
  }
}

/** Compares each model of the graph with its first one, which has the same vocabulary. */
export function divergenceOfModels(vocabularySize: number): HeadExtra {
  return (body, { models: [original, ...others], targets }) => {
    const variants = others.map(({ logits }, other) => ({ index: other + 1, logits }))
    return variants.length === 0 ? [] : divergenceOutputs(body, { original: original!.logits, variants, targets, vocabularySize })
  }
}

/** Logits of models [M, vocabulary] at the same positions, and token ids [M, T]. */
export interface ComparedLogits {
  readonly original: string
  /** With their indices among the models of the graph. */
  readonly variants: readonly { readonly index: number; readonly logits: string }[]
  readonly targets: string
  readonly vocabularySize: number
}

/**
 * The original's arg-max [M, 1] and log-probabilities of the targets [M, T]; of each variant KL(original ‖ variant) in nats [M, 1] and log-probabilities of
 * the targets. In f32, with the maximum subtracted; operators that GPUs have. Equal logits give exactly 0.
 */
export function divergenceOutputs(g: GraphBuilder, { original, variants, targets, vocabularySize }: ComparedLogits): HeadOutput[] {
  const sum = sumInParts(g, vocabularySize)
  const softmax = (logits: string) => {
    const exact = inFloat(g, logits)
    const best = g.node('ArgMax', [exact], { axis: 1, keepdims: 1 })
    const shifted = g.node('Sub', [exact, g.node('GatherElements', [exact, best], { axis: 1 })])
    const weights = g.node('Exp', [shifted])
    const total = sum(weights)
    const logTotal = g.node('Log', [total])
    const wanted = g.node('Sub', [g.node('GatherElements', [shifted, targets], { axis: 1 }), logTotal])
    return { best, shifted, weights, total, logTotal, wanted }
  }
  const p = softmax(original)
  return [
    { name: ORIGINAL_OUTPUTS.best, type: 'int64', value: p.best },
    { name: ORIGINAL_OUTPUTS.logProbs, type: 'float', value: p.wanted },
    ...variants.flatMap(({ index, logits }): HeadOutput[] => {
      const q = softmax(logits)
      const weighted = sum(g.node('Mul', [p.weights, g.node('Sub', [p.shifted, q.shifted])]))
      const kl = g.node('Add', [g.node('Div', [weighted, p.total]), g.node('Sub', [q.logTotal, p.logTotal])])
      const names = divergenceOutputNames(index)
      return [
        { name: names.kl, type: 'float', value: kl },
        { name: names.logProbs, type: 'float', value: q.wanted },
      ]
    }),
  ]
}

function inFloat(g: GraphBuilder, value: string): string {
  return g.node('Cast', [value], { to: DATA_TYPE.float })
}

/** Sums of rows [M, width] as [M, 1], of equal parts first. */
function sumInParts(g: GraphBuilder, width: number): (values: string) => string {
  const [shape, last] = [g.integers([0, exactSumParts(width), -1]), g.integers([2])]
  const all = g.integers([1])
  return (values) => g.node('ReduceSum', [g.node('ReduceSum', [g.node('Reshape', [values, shape]), last], { keepdims: 0 }), all])
}
