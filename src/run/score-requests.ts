/** Scores the requests of one loaded task with an engine, chunk by chunk. */
import type { Engine } from '../engine/engine.ts'
import type { RooflineMeter } from '../engine/roofline/roofline.ts'
import { nullIfAborted, ServerLostError, unlessAborted } from '../errors.ts'
import { assembleAnswer } from '../plan/encode.ts'
import { cutRequests, type EncodedAhead } from './encode-ahead.ts'
import type { SequenceScore } from '../plan/sequence.ts'
import type { StageClock } from './stage-clock.ts'
import type { TaskWork } from '../store/work-record.ts'
import type { Answer } from '../task/request.ts'

/** The inputs and callbacks of scoring. */
export interface ScoringContext {
  readonly clock: StageClock
  readonly roofline: RooflineMeter
  /** Rejects when a request of this task or of a later one cannot be encoded; scoring ends then. */
  readonly failing: Promise<unknown>
  /** After each batch: its tokens, and the share of the task's requests that is done. */
  readonly onBatch: (tokensComputed: number, doneShare: number) => void
  /** Ends scoring at once. */
  readonly signal: AbortSignal | undefined
}

/** The responses to a task's requests. */
export interface ScoredRequests {
  /** One per request, in their order; undefined for requests that were not reached or have no response. */
  readonly answers: readonly (Answer | undefined)[]
  /** Requests for which the engine has no response, and why. */
  readonly unanswered: ReadonlyMap<number, string>
  /** Tokens cut from the left of requests that are longer than the window, by request. */
  readonly tokensCut: ReadonlyMap<number, number>
  /** Why scoring ended early. */
  readonly lost: ServerLostError | undefined
  readonly work: Omit<TaskWork, 'task'>
}

/** Scores all requests. Fails where `failing` rejects or the engine fails; if all servers fail, it ends with the results until then. */
export async function scoreRequests(
  engine: Engine,
  { chunks, totals }: EncodedAhead,
  { clock, roofline, failing, onBatch, signal }: ScoringContext,
): Promise<ScoredRequests> {
  const requestCount = chunks.reduce((sum, { requests }) => sum + requests.length, 0)
  const answers: (Answer | undefined)[] = Array.from({ length: requestCount }, () => undefined)
  const work = { tokensComputed: 0, operations: 0, engineMs: 0, cachedCount: 0 }
  const unanswered = new Map<number, string>()
  const cut = new Map<number, number>()
  let lost: ServerLostError | undefined
  const endIfLost = (error: unknown) => {
    if (!(error instanceof ServerLostError)) throw error
    lost = error
    return { done: true, value: undefined } as const
  }
  let requestsDone = 0
  const measure = async (measurement: () => Promise<void>) => {
    if (!signal?.aborted) await clock.time('roofline', () => unlessAborted(measurement(), signal).catch(nullIfAborted))
  }
  for (const { requests, encoded } of chunks) {
    const known = signal?.aborted || lost ? null : await clock.time('tokenize', () => encoded.catch(nullIfAborted))
    if (!known) break
    const { sequences, parts, tokensCut } = known
    for (const [index, tokens] of cutRequests(requests, tokensCut)) cut.set(index, tokens)
    const scores: (SequenceScore | undefined)[] = Array.from(sequences, () => undefined)
    let scored = 0
    const batches = untilEnded(await clock.time('plan', () => engine.score(sequences)), failing, signal)
    for (;;) {
      const engineMsBefore = clock.elapsedMs.engine
      const { done, value: batch } = await clock.time('engine', () => batches.next().catch(endIfLost))
      if (done) break
      const batchMs = clock.elapsedMs.engine - engineMsBefore
      for (const score of batch.scores) scores[score.sequence] = score
      const failed = new Map(batch.unanswered?.map(({ sequence, reason }) => [sequence, reason]))
      scored += batch.scores.length + failed.size
      if (failed.size > 0)
        parts.forEach((part, index) => {
          const missing = part.find((sequence) => failed.has(sequence))
          if (missing !== undefined) unanswered.set(requests[index]!, failed.get(missing)!)
        })
      work.tokensComputed += batch.tokensComputed
      if (batch.isCached) work.cachedCount += batch.scores.length
      work.operations += batch.operations ?? 0
      work.engineMs += batchMs
      onBatch(batch.tokensComputed, (requestsDone + (requests.length * scored) / sequences.length) / requestCount)
      if (!batch.isCached) await measure(() => roofline.afterBatch(batchMs))
    }
    parts.forEach((part, index) => {
      answers[requests[index]!] = assembleAnswer(part, sequences, scores)
    })
    requestsDone += requests.length
  }
  if (work.tokensComputed > 0) await measure(() => roofline.afterTask())
  const { tokensAsked, tokensDistinct, encodingMs } =
    (signal?.aborted ? await totals.catch(nullIfAborted) : await clock.time('tokenize', () => totals)) ?? UNKNOWN
  return { answers, unanswered, tokensCut: cut, lost, work: { ...work, tokensAsked, tokensDistinct, encodingMs, peakGemmRate: roofline.rate() } }
}

/** Of an interrupted run. */
const UNKNOWN = { tokensAsked: null, tokensDistinct: null, encodingMs: null }

/** Ends when the signal is given, and fails when `failing` does, without waiting for the value that is on its way. */
async function* untilEnded<T>(values: AsyncIterable<T>, failing: Promise<unknown>, signal: AbortSignal | undefined): AsyncGenerator<T> {
  const iterator = values[Symbol.asyncIterator]()
  let stop = () => {}
  const aborted = new Promise<{ readonly done: true; readonly value: undefined }>((resolve) => {
    stop = () => resolve({ done: true, value: undefined })
  })
  if (signal?.aborted) stop()
  signal?.addEventListener('abort', stop, { once: true })
  const failed = failing.then(() => new Promise<never>(() => {}))
  failed.catch(() => {})
  try {
    for (;;) {
      const next = iterator.next()
      next.catch(() => {})
      const { done, value } = await Promise.race([next, aborted, failed])
      if (done) return
      yield value
    }
  } finally {
    signal?.removeEventListener('abort', stop)
  }
}
