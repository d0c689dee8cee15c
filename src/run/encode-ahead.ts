/** Encodes in the background: while the engine computes one chunk, the next one is tokenized. */
import { AbortError, RequestError } from '../errors.ts'
import { countDistinctTokens } from '../plan/batches.ts'
import type { Chunk } from '../plan/chunks.ts'
import { startEncoding, type EncodedRequests, type Encoder } from '../plan/encode.ts'
import type { Request } from '../task/request.ts'

/** A loaded task's requests, in the order in which they are encoded. */
export interface ChunkedRequests {
  readonly requests: readonly Request[]
  /** How errors name a request: by its task, row and choice. */
  readonly nameOf: (index: number) => string
  readonly chunks: readonly Chunk[]
}

/** One chunk as tokens. */
export interface EncodedChunk {
  readonly requests: Chunk
  /** In the order of `requests`. Rejects with RequestError or AbortError. */
  readonly encoded: Promise<EncodedRequests>
}

/** A loaded task that is being encoded. */
export interface EncodedAhead {
  readonly chunks: readonly EncodedChunk[]
  /** Resolves when all chunks are encoded. */
  readonly totals: Promise<EncodedTotals>
}

/** Figures of a whole task. */
export interface EncodedTotals {
  /** Tokens of all sequences, each counted by itself. */
  readonly tokensAsked: number
  /** Nodes of the trie of all sequences: the fewest tokens that any plan computes. */
  readonly tokensDistinct: number
  /** Time spent on encoding, in milliseconds, without other work in between. */
  readonly encodingMs: number
  /** Tokens cut from the left of requests longer than the window, by request; only requests that were cut. */
  readonly tokensCut: ReadonlyMap<number, number>
  /** Tokens at the ends of corpora that fill no window. */
  readonly tokensLeftOver: number
}

/** Encodes tasks one after another, chunk by chunk; returns at once. The first failure rejects everything after it. */
export function encodeAhead(tasks: readonly ChunkedRequests[], encoder: Encoder, signal?: AbortSignal): readonly EncodedAhead[] {
  let before: Promise<unknown> = Promise.resolve()
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const result = before.then(work)
    // A caller that awaits it gets the failure; if there is none, it must not be an unhandled rejection.
    result.catch(() => {})
    before = result
    return result
  }
  return tasks.map((task) => {
    const timer = { elapsedMs: 0 }
    const chunks = task.chunks.map((chunk): EncodedChunk => ({ requests: chunk, encoded: inTurn(() => encodeChunk(task, chunk, { encoder, signal, timer })) }))
    return { chunks, totals: inTurn(async () => totalsOf(chunks, await Promise.all(chunks.map(({ encoded }) => encoded)), timer.elapsedMs)) }
  })
}

function totalsOf(chunks: readonly EncodedChunk[], encoded: readonly EncodedRequests[], encodingMs: number): EncodedTotals {
  return {
    tokensAsked: encoded.reduce((sum, { tokensAsked }) => sum + tokensAsked, 0),
    tokensDistinct: countDistinctTokens(encoded.flatMap(({ sequences }) => sequences)),
    encodingMs,
    tokensLeftOver: encoded.reduce((sum, { tokensLeftOver }) => sum + tokensLeftOver, 0),
    tokensCut: new Map(encoded.flatMap(({ tokensCut }, chunk) => cutRequests(chunks[chunk]!.requests, tokensCut))),
  }
}

/** The requests of a chunk that were cut, as pairs of index and tokens. */
export function cutRequests(chunk: Chunk, tokensCut: readonly number[]): (readonly [index: number, tokens: number])[] {
  return tokensCut.flatMap((tokens, position) => (tokens > 0 ? [[chunk[position]!, tokens] as const] : []))
}

/** Milliseconds of encoding between two turns of the event loop. */
const STEP_MS = 8

interface ChunkEncoding {
  readonly encoder: Encoder
  readonly signal: AbortSignal | undefined
  /** Adds up the time spent. */
  readonly timer: { elapsedMs: number }
}

/** Encoding never waits by itself, so it pauses every few milliseconds: for cancellation, and for the engine to get its next batch. */
async function encodeChunk({ requests, nameOf }: ChunkedRequests, chunk: Chunk, { encoder, signal, timer }: ChunkEncoding): Promise<EncodedRequests> {
  const encoding = startEncoding(encoder)
  let startedAt = performance.now()
  for (const index of chunk) {
    named(
      () => encoding.add(requests[index]!),
      () => nameOf(index),
    )
    const elapsedMs = performance.now() - startedAt
    if (elapsedMs < STEP_MS) continue
    timer.elapsedMs += elapsedMs
    await new Promise((resolve) => setImmediate(resolve))
    if (signal?.aborted) throw new AbortError()
    startedAt = performance.now()
  }
  timer.elapsedMs += performance.now() - startedAt
  return encoding.result()
}

/** Runs `work`; a RequestError then names its request first. */
function named(work: () => void, name: () => string): void {
  try {
    work()
  } catch (cause) {
    throw cause instanceof RequestError ? new RequestError(`${name()}: ${cause.message}`, cause.hint, { cause }) : cause
  }
}
