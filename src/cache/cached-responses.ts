/** The answers of one model that are known: those of a log, and those of this run. */
import { createHash } from 'node:crypto'
import type { Sequence } from '../plan/sequence.ts'
import type { KeptAnswer } from './response-log.ts'

/** A score without its place. */
export interface KeptScore {
  readonly logProb: number
  readonly isGreedy: boolean
}

/** Answers by sequence and by batch. */
export interface KeptAnswers {
  /**
   * Scores of a batch's sequences, in their order, where all are known: those that the very same batch gave, for a sequence's last bits depend on what is
   * computed beside it; where that batch was never computed, the first that any other gave. Undefined where one is unknown.
   */
  find(keys: readonly Buffer[]): readonly KeptScore[] | undefined
  add(answers: readonly KeptAnswer[]): void
}

/** Bytes of a batch's name: 96 bits, so that names of different batches meet with a chance of 1e-17 among a million. */
const BATCH_BYTES = 12

/** None yet. */
export function keptAnswers(): KeptAnswers {
  const ofBatch = new Map<string, KeptScore>()
  const first = new Map<string, KeptScore>()
  const nameOf = (key: Buffer) => key.toString('latin1')
  return {
    find(keys) {
      const names = keys.map(nameOf)
      const batch = nameOf(batchKey(keys))
      const same = names.map((name) => ofBatch.get(name + batch))
      if (same.every((score) => score !== undefined)) return same
      const any = names.map((name) => first.get(name))
      return any.every((score) => score !== undefined) ? any : undefined
    },
    add(answers) {
      for (const { key, batch, logProb, isGreedy } of answers) {
        const [name, score] = [nameOf(key), { logProb, isGreedy }]
        ofBatch.set(name + nameOf(batch), score)
        if (!first.has(name)) first.set(name, score)
      }
    },
  }
}

/** Names a sequence by its tokens, read and asked for. */
export function sequenceKey({ input, targets }: Sequence): Buffer {
  const hash = createHash('sha256').update(Int32Array.of(input.length, targets.length))
  return hash.update(input).update(targets).digest()
}

/** Names a batch by its sequences, in whatever order. */
export function batchKey(keys: readonly Buffer[]): Buffer {
  const hash = createHash('sha256')
  for (const key of keys.toSorted((a, b) => a.compare(b))) hash.update(key)
  return hash.digest().subarray(0, BATCH_BYTES)
}
