/** What a model is fed and what it is asked about it; the currency of planner and engines. */

/** One pass over a text: the model reads `input` and is asked for `targets`. */
export interface Sequence {
  /** Token ids, at least one. */
  readonly input: Int32Array
  /** Token ids to score; they follow the last `targets.length` tokens of `input`. */
  readonly targets: Int32Array
  /** Whether the log-softmax loses nothing of a long sum, as in float64; if not, it loses what torch loses in f32, as lm-eval's numbers do. */
  readonly sumsExactly?: true
}

/** An engine's response to one sequence. */
export interface SequenceScore {
  /** Index into the sequences that were asked. */
  readonly sequence: number
  /** Sum of natural log-probabilities of the targets. */
  readonly logProb: number
  /** Whether every target is the arg-max at its position. */
  readonly isGreedy: boolean
}
