/** Forms of the log-softmax: log-probabilities of targets from logits. */
import type { GraphBuilder } from '../builder.ts'
import { DATA_TYPE, type ValueInfo } from '../onnx-model.ts'

/** Log-probabilities [M, T] of the targets [M, T], and the arg-max, M values, of logits [M, vocabulary]. */
export type LogProbs = (g: GraphBuilder, logits: string, targets: string) => Record<'wanted' | 'best', string>

/** onnxruntime's LogSoftmax over the whole vocabulary. */
export const plainLogProbs: LogProbs = (g, logits, targets) => ({
  wanted: g.node('GatherElements', [g.node('LogSoftmax', [logits], { axis: -1 }), targets], { axis: 1 }),
  best: g.node('ArgMax', [logits], { axis: 1, keepdims: 0 }),
})

/** Input of graphs with `logProbsFor`: whether a batch's sums lose nothing. */
export const SUM_INPUT: ValueInfo = { name: 'sums_exactly', type: 'bool', shape: [1] }

/** More parts, or shorter ones, gain nothing. */
const MOST_PARTS = 128
const LEAST_WIDTH = 256

/**
 * In how many equal parts a row as wide as a vocabulary is summed exactly: at most 128, of at least 256 values. A long sum in f32 loses small terms: of
 * 49,152 exponentials up to 1.6e-5 nats, by the number of running sums that fit a vector register. In parts it is below 1e-6 on every processor. A prime
 * width is one part.
 */
export function exactSumParts(width: number): number {
  const most = Math.max(1, Math.min(MOST_PARTS, Math.floor(width / LEAST_WIDTH)))
  return Array.from({ length: most }, (_, index) => most - index).find((count) => width % count === 0)!
}

/**
 * The form for a vocabulary on the CPU: the exponentials of equal parts are summed separately, and each target's value within its part is added to its
 * part's share of the whole. Usually `sumParts` parts if they divide the vocabulary, else one; `exactSumParts` if the batch asks for exact sums.
 */
export function logProbsFor({ vocabularySize }: { readonly vocabularySize: number }, sumParts: number): LogProbs {
  const usual = vocabularySize % sumParts === 0 ? sumParts : 1
  return (g, logits, targets) => {
    const parts = g.node('Where', [SUM_INPUT.name, g.integers([exactSumParts(vocabularySize)]), g.integers([usual])])
    const inParts = g.node('Reshape', [logits, g.node('Concat', [g.integers([0]), parts, g.integers([-1])], { axis: 0 })])
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

/**
 * Of operators that GPUs have: WebGPU has no LogSoftmax, and CUDA no ReduceMax of these versions. In f32 whatever the type of the logits, with the maximum
 * subtracted before the exponential. The arg-max keeps its axis.
 */
export const deviceLogProbs: LogProbs = (g, logits, targets) => {
  const exact = g.node('Cast', [logits], { to: DATA_TYPE.float })
  const best = g.node('ArgMax', [exact], { axis: 1, keepdims: 1 })
  const largest = g.node('GatherElements', [exact, best], { axis: 1 })
  const total = g.node('ReduceSum', [g.node('Exp', [g.node('Sub', [exact, largest])]), g.integers([1])])
  const shifted = g.node('Sub', [g.node('GatherElements', [exact, targets], { axis: 1 }), largest])
  return { wanted: g.node('Sub', [shifted, g.node('Log', [total])]), best }
}
