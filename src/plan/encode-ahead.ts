/** Encoding in the background: while an engine computes one chunk, the tokens of the next are made. */
import { AbortError, RequestError } from '../errors.ts'
import type { Request } from '../task/request.ts'
import { countDistinctTokens } from './batches.ts'
import { startEncoding, type EncodedRequests, type Encoder } from './encode.ts'
import type { Chunk } from './chunks.ts'

/** Requests in the order in which they are encoded. */
export interface ChunkedRequests {
  readonly requests: readonly Request[]
  /** What errors call a request: its task, row and choice. */
  readonly nameOf: (index: number) => string
  readonly chunks: readonly Chunk[]
}

/** One chunk as tokens. */
export interface EncodedStretch {
  readonly requests: Chunk
  /** In the order of `requests`. Fails with RequestError, or with AbortError. */
  readonly encoded: Promise<EncodedRequests>
}

/** A suite that is being encoded. */
export interface EncodedAhead {
  readonly chunks: readonly EncodedStretch[]
  /** Known when all chunks are encoded. */
  readonly totals: Promise<{
    /** Tokens of all sequences, each on its own. */
    readonly tokensAsked: number
    /** Nodes of the trie of all sequences: the least that has to be computed. */
    readonly tokensDistinct: number
    /** Milliseconds that making the tokens took, whatever went on beside it. */
    readonly encodingMs: number
    /** Tokens cut from the left of requests that are longer than the window, by index; only of those. */
    readonly tokensCut: ReadonlyMap<number, number>
  }>
}

/** Encodes suites one after another, chunk by chunk; comes back at once. Whatever fails makes all that comes after it fail alike. */
export function encodeAhead(suites: readonly ChunkedRequests[], encoder: Encoder, signal?: AbortSignal): readonly EncodedAhead[] {
  let before: Promise<unknown> = Promise.resolve()
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const result = before.then(work)
    // Whoever needs it hears of the failure; nobody may.
    result.catch(() => {})
    before = result
    return result
  }
  return suites.map(({ requests, nameOf, chunks }) => {
    let encodingMs = 0
    const encoded = chunks.map((chunk) => ({
      requests: chunk,
      encoded: inTurn(() =>
        encodeChunk(
          chunk.map((index) => ({ request: requests[index]!, name: () => nameOf(index) })),
          encoder,
          signal,
          (ms) => (encodingMs += ms),
        ),
      ),
    }))
    const totals = inTurn(async () => {
      const all = await Promise.all(encoded.map((chunk) => chunk.encoded))
      return {
        tokensAsked: all.reduce((sum, { tokensAsked }) => sum + tokensAsked, 0),
        tokensDistinct: countDistinctTokens(all.flatMap(({ sequences }) => sequences)),
        encodingMs,
        tokensCut: new Map(all.flatMap(({ tokensCut }, chunk) => cutRequests(chunks[chunk]!, tokensCut))),
      }
    })
    return { chunks: encoded, totals }
  })
}

/** Of the requests of a chunk those that were cut, as pairs of index and tokens. */
export function cutRequests(chunk: Chunk, tokensCut: readonly number[]): (readonly [index: number, tokens: number])[] {
  return tokensCut.flatMap((tokens, position) => (tokens > 0 ? [[chunk[position]!, tokens] as const] : []))
}

/** Milliseconds of encoding between two looks around. */
const STEP_MS = 8

/** Encoding never waits by itself, so it is interrupted by hand, and lets the engine have its next batch. `spent` is told of each step's time. */
async function encodeChunk(
  requests: readonly { readonly request: Request; readonly name: () => string }[],
  encoder: Encoder,
  signal: AbortSignal | undefined,
  spent: (milliseconds: number) => void,
): Promise<EncodedRequests> {
  const encoding = startEncoding(encoder)
  let startedAt = performance.now()
  for (const { request, name } of requests) {
    named(() => encoding.add(request), name)
    const elapsedMs = performance.now() - startedAt
    if (elapsedMs < STEP_MS) continue
    spent(elapsedMs)
    await new Promise((resolve) => setImmediate(resolve))
    if (signal?.aborted) throw new AbortError()
    startedAt = performance.now()
  }
  spent(performance.now() - startedAt)
  return encoding.result()
}

/** Runs `work`; a RequestError says first which request it is about. */
function named(work: () => void, name: () => string): void {
  try {
    work()
  } catch (cause) {
    throw cause instanceof RequestError ? new RequestError(`${name()}: ${cause.message}`, cause.hint, { cause }) : cause
  }
}
