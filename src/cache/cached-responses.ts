/** Responses of one model in memory: those of its log, and those of this run. */
import { createHash } from 'node:crypto'
import type { Sequence } from '../plan/sequence.ts'
import type { CachedDivergence } from './divergence-log.ts'
import type { CachedResponse } from './response-log.ts'

/** A score without its sequence. */
export interface CachedScore {
  readonly logProb: number
  readonly isGreedy: boolean
  /** Of a variant whose distributions were compared with the original's. */
  readonly divergence?: CachedDivergence
}

/** A response with its divergence, if it has one. */
export type ComparedResponse = CachedResponse & Pick<CachedScore, 'divergence'>

/** Responses by sequence and by batch. */
export interface CachedResponses {
  /**
   * Scores of a batch's sequences, in their order, if all are cached: those of the very same batch, because a sequence's last bits depend on what is
   * computed beside it; if that batch was never computed, the first score of any other. Undefined if one is not cached.
   */
  find(keys: readonly Buffer[]): readonly CachedScore[] | undefined
  add(responses: readonly ComparedResponse[]): void
}

/** Bytes of a batch's key: 96 bits, so that among a million batches two collide with a chance of 1e-17. */
const BATCH_BYTES = 12

/** An empty cache. */
export function cachedResponses(): CachedResponses {
  const ofBatch = new Map<string, CachedScore>()
  const first = new Map<string, CachedScore>()
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
    add(responses) {
      for (const { key, batch, ...score } of responses) {
        const name = nameOf(key)
        ofBatch.set(name + nameOf(batch), score)
        if (!first.has(name)) first.set(name, score)
      }
    },
  }
}

/** Identifies a sequence by its input, its targets, and how its log-softmax is summed. */
export function sequenceKey({ input, targets, sumsExactly }: Sequence): Buffer {
  const hash = createHash('sha256').update(Int32Array.of(input.length, targets.length))
  hash.update(input).update(targets)
  return (sumsExactly ? hash.update('sums exactly') : hash).digest()
}

/** Identifies a batch by its sequences, in whatever order. */
export function batchKey(keys: readonly Buffer[]): Buffer {
  const hash = createHash('sha256')
  for (const key of keys.toSorted((a, b) => a.compare(b))) hash.update(key)
  return hash.digest().subarray(0, BATCH_BYTES)
}
