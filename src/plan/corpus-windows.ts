/**
 * Cutting a long text into windows that share no tokens: the rule of the scripts of GPTQ, SparseGPT and Wanda. Each window is read on its own, and all its
 * tokens but the first are scored.
 */
import { RequestError } from '../errors.ts'
import { count } from '../text/count.ts'
import type { LogLikelihood } from '../task/request.ts'
import type { Sequence, SequenceScore } from './sequence.ts'

/** A window with its log-likelihood. */
export interface ScoredWindow {
  /** Its place in the text, from 0. */
  readonly index: number
  /** All its token ids; the first is not scored. */
  readonly tokens: Int32Array
  readonly logLikelihood: LogLikelihood
}

/**
 * The whole windows of `length` tokens, at least two, from the first token on. Summed exactly: the reference is a script, which gives another fourth digit on
 * every processor in f32, and one number in float64. Fails with RequestError when there is none.
 */
export function corpusWindows(tokens: readonly number[], length: number): Sequence[] {
  const windowCount = Math.floor(tokens.length / length)
  if (windowCount === 0)
    throw new RequestError(
      `the text has ${count(tokens.length)} tokens, fewer than one window of ${count(length)}`,
      'Give a longer text, or a shorter window: --max-length N.',
    )
  return Array.from({ length: windowCount }, (_, index) => {
    const window = Int32Array.from(tokens.slice(index * length, (index + 1) * length))
    return { input: window.subarray(0, -1), targets: window.subarray(1), sumsExactly: true }
  })
}

/** The windows that have a score. `parts` are the sequences of the windows in text order; `scores` is indexed like the sequences. */
export function scoredWindows(parts: readonly number[], sequences: readonly Sequence[], scores: readonly (SequenceScore | undefined)[]): ScoredWindow[] {
  return parts.flatMap((part, index) => {
    const score = scores[part]
    if (!score) return []
    const { input, targets } = sequences[part]!
    const tokens = Int32Array.from([...input, targets.at(-1)!])
    return [{ index, tokens, logLikelihood: { logProb: score.logProb, isGreedy: score.isGreedy, tokenCount: targets.length } }]
  })
}
