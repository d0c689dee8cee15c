/** Positions at which a model is asked for a distribution: nodes of the trie of all sequences after which a token is scored. */
import type { Sequence } from './sequence.ts'
import { compareInputs, sharedLength } from './token-tree.ts'

/** How many there are, at the most a few more than batches have: a node that only an earlier neighbor's neighbor scores is counted again. */
export function countScoredPositions(sequences: readonly Sequence[]): number {
  const sorted = sequences.toSorted((a, b) => compareInputs(a, b))
  return sorted.reduce((sum, sequence, index) => sum + ownPositions(sequence, sorted.slice(Math.max(0, index - 1), index)).length, 0)
}

/** Indices of a sequence's targets whose positions none of the others scores: a position is the same after the same tokens. */
export function ownPositions(sequence: Sequence, others: readonly Sequence[]): number[] {
  const first = firstScored(sequence)
  const shared = others.map((other) => ({ from: firstScored(other), until: sharedLength(other, sequence) }))
  return Array.from(sequence.targets, (_, index) => index).filter((index) => !shared.some(({ from, until }) => first + index >= from && first + index < until))
}

/** Index, in the input, of the token before the first target. */
function firstScored({ input, targets }: Sequence): number {
  return input.length - targets.length
}
