/** How far two models are apart on one item: the currency between engine, store, comparison and gate. */
import { choiceProbabilities } from '../choice-probabilities.ts'

/** Values of an item at its scored positions; a position that several choices share counts once. */
export interface ItemDivergence {
  /** KL(original ‖ variant) of the next-token distributions over the whole vocabulary, in nats, a value a position. */
  readonly kl: readonly number[]
  /** Whether both models have the same most likely token there. */
  readonly isSameTop: readonly boolean[]
  /** The original's log-probabilities of the right tokens: those of the gold choice, or of the text. */
  readonly original: readonly number[]
  /** The variant's, of the same tokens. */
  readonly variant: readonly number[]
  /** Jensen–Shannon divergence over the choices, in nats; null if the item has no choices. */
  readonly choices: number | null
}

/** Jensen–Shannon divergence in nats, 0 to ln 2, of the distributions over choices that log-likelihoods give by softmax. */
export function choicesDivergence(original: readonly number[], variant: readonly number[]): number {
  const [p, q] = [choiceProbabilities(original), choiceProbabilities(variant)]
  const middle = p.map((value, index) => (value + q[index]!) / 2)
  // Rounding can go below 0.
  return Math.max(0, (divergenceFrom(p, middle) + divergenceFrom(q, middle)) / 2)
}

function divergenceFrom(p: readonly number[], q: readonly number[]): number {
  return p.reduce((sum, value, index) => (value === 0 ? sum : sum + value * Math.log(value / q[index]!)), 0)
}
