/** Each sequence once: requests of an item, and of items with the same text, ask about the same tokens. */
import type { Sequence } from './sequence.ts'

/** Sequences in the order in which they were first asked for. */
export interface DistinctSequences {
  readonly sequences: readonly Sequence[]
  /** The index of a sequence with these tokens; it is added if there is none. */
  indexOf(sequence: Sequence): number
}

/** None at first. */
export function distinctSequences(): DistinctSequences {
  const sequences: Sequence[] = []
  /** By hash, the sequences that have it: nearly always one. */
  const known = new Map<number, number[]>()
  let lastInput: Int32Array = new Int32Array()
  return {
    sequences,
    indexOf({ input: own, targets, ...rest }) {
      // Choices of one token ask about the same input: it is held once.
      const input = isEqual(own, lastInput) ? lastInput : own
      lastInput = input
      const hash = hashTokens(hashTokens(targets.length, targets), input)
      const alike = known.get(hash) ?? []
      const existing = alike.find((index) => {
        const other = sequences[index]!
        return other.sumsExactly === rest.sumsExactly && isEqual(other.targets, targets) && isEqual(other.input, input)
      })
      if (existing !== undefined) return existing
      known.set(hash, [...alike, sequences.length])
      return sequences.push({ input, targets, ...rest }) - 1
    },
  }
}

/** FNV-1a over whole numbers; a 32-bit number. */
function hashTokens(seed: number, ids: Int32Array): number {
  let hash = seed ^ 0x811c9dc5
  for (const id of ids) hash = Math.imul(hash ^ id, 0x01000193)
  return hash
}

function isEqual(a: Int32Array, b: Int32Array): boolean {
  return a === b || (a.length === b.length && a.every((id, index) => id === b[index]))
}
