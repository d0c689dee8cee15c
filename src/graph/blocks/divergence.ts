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

/** Gives out the hidden states of the scored positions, before the final norm, in f32: `hidden_states` [C, M, hidden]. */
export const hiddenStatesOutput: HeadExtra = (body, { models: [model] }) => [{ name: 'hidden_states', type: 'float', value: inFloat(body, model!.states) }]

/** Applies the original's head to its own hidden states, which are fed, and compares its distribution with this model's. `type`: of the graph's arithmetic. */
export function divergenceFromStates({ config, weights }: OriginalHead, vocabularySize: number, type: FloatType = 'float'): HeadExtra {
  return (body, { models: [model], targets, chunk }) => {
    const fed = body.node('Gather', ['original_states', chunk])
    const states = type === 'float' ? fed : body.node('Cast', [fed], { to: DATA_TYPE[type] })
    return divergenceOutputs(body, { original: logitsOf({ g: body, config, weights }, states), variant: model!.logits, targets, vocabularySize })
  }
}

/** Logits of both models [M, vocabulary] at the same positions, and token ids [M, T]. */
export interface ComparedLogits {
  readonly original: string
  readonly variant: string
  readonly targets: string
  readonly vocabularySize: number
}

/**
 * KL(original ‖ variant) in nats [M, 1], the original's arg-max [M, 1], and both models' log-probabilities of the targets [M, T]. In f32, with the
 * maximum subtracted; operators that GPUs have. Equal logits give exactly 0.
 */
export function divergenceOutputs(g: GraphBuilder, { original, variant, targets, vocabularySize }: ComparedLogits): HeadOutput[] {
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
  const [p, q] = [softmax(original), softmax(variant)]
  const weighted = sum(g.node('Mul', [p.weights, g.node('Sub', [p.shifted, q.shifted])]))
  const kl = g.node('Add', [g.node('Div', [weighted, p.total]), g.node('Sub', [q.logTotal, p.logTotal])])
  return [
    { name: 'kl', type: 'float', value: kl },
    { name: 'original_best', type: 'int64', value: p.best },
    { name: 'original_log_probs', type: 'float', value: p.wanted },
    { name: 'variant_log_probs', type: 'float', value: q.wanted },
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
