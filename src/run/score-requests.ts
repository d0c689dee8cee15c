/** Scores the requests of one loaded task with an engine, chunk by chunk. */
import type { Engine, ScoredBatch, SequenceDivergence } from '../engine/engine.ts'
import type { RooflineMeter } from '../engine/roofline/roofline.ts'
import { nullIfAborted, ServerLostError, unlessAborted } from '../errors.ts'
import type { Chunk } from '../plan/chunks.ts'
import { scoredWindows, type ScoredWindow } from '../plan/corpus-windows.ts'
import { sumScores, type EncodedRequests } from '../plan/encode.ts'
import { cutRequests, type EncodedAhead } from './encode-ahead.ts'
import type { Sequence, SequenceScore } from '../plan/sequence.ts'
import type { StageClock } from './stage-clock.ts'
import type { TaskWork } from '../store/work-record.ts'
import type { LogLikelihood } from '../task/request.ts'

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
  readonly logLikelihoods: readonly (LogLikelihood | undefined)[]
  /** The scored windows of corpora, by request. */
  readonly windows: ReadonlyMap<number, readonly ScoredWindow[]>
  /** Requests for which the engine has no response, and why. */
  readonly failed: ReadonlyMap<number, string>
  /** Tokens cut from the left of requests that are longer than the window, by request. */
  readonly tokensCut: ReadonlyMap<number, number>
  /** One per request, the divergences of its sequences; undefined for requests whose distributions were not compared. */
  readonly divergences: readonly (readonly SequenceDivergence[] | undefined)[]
  /** Why scoring ended early. */
  readonly lost: ServerLostError | undefined
  readonly work: Omit<TaskWork, 'task'>
}

/** Scores all requests. Fails if `failing` rejects or the engine fails; if all servers fail, it ends with the results until then. */
export async function scoreRequests(engine: Engine, { chunks, totals }: EncodedAhead, context: ScoringContext): Promise<ScoredRequests> {
  const { clock, roofline, signal } = context
  const results = noResults(chunks, engine)
  for (const chunk of chunks) {
    if (signal?.aborted || results.lost) break
    const encoded = await clock.time('tokenize', () => chunk.encoded.catch(nullIfAborted))
    if (!encoded) break
    await scoreChunk(engine, { requests: chunk.requests, encoded }, results, context)
  }
  if (results.work.tokensComputed > 0) await measure(context, () => roofline.afterTask())
  const { tokensAsked, tokensDistinct, encodingMs } =
    (signal?.aborted ? await totals.catch(nullIfAborted) : await clock.time('tokenize', () => totals)) ?? UNKNOWN
  const { logLikelihoods, windows, failed, tokensCut, divergences, lost, work } = results
  const passes = (tokens: number | null, layers: number | undefined) => (tokens === null || layers === undefined ? null : tokens * layers)
  const layerPasses = {
    layerPassesAsked: passes(tokensAsked, engine.layers?.asked),
    layerPassesDistinct: passes(tokensDistinct, engine.layers?.distinct),
  }
  const whole = { ...work, ...layerPasses, tokensAsked, tokensDistinct, encodingMs, peakGemmRate: roofline.rate() }
  return { logLikelihoods, windows, failed, tokensCut, divergences, lost, work: whole }
}

/** Of a run that was cancelled. */
const UNKNOWN = { tokensAsked: null, tokensDistinct: null, encodingMs: null }

/** The results so far; they grow chunk by chunk. */
interface Results {
  requestsDone: number
  readonly logLikelihoods: (LogLikelihood | undefined)[]
  readonly windows: Map<number, readonly ScoredWindow[]>
  readonly failed: Map<number, string>
  readonly tokensCut: Map<number, number>
  readonly divergences: (readonly SequenceDivergence[] | undefined)[]
  lost: ServerLostError | undefined
  readonly work: { tokensComputed: number; layerPassesComputed: number | null; operations: number; engineMs: number; cachedCount: number }
}

function noResults(chunks: EncodedAhead['chunks'], { layers }: Pick<Engine, 'layers'>): Results {
  const requestCount = chunks.reduce((sum, { requests }) => sum + requests.length, 0)
  return {
    requestsDone: 0,
    logLikelihoods: Array.from({ length: requestCount }, () => undefined),
    windows: new Map(),
    failed: new Map(),
    tokensCut: new Map(),
    divergences: Array.from({ length: requestCount }, () => undefined),
    lost: undefined,
    work: { tokensComputed: 0, layerPassesComputed: layers ? 0 : null, operations: 0, engineMs: 0, cachedCount: 0 },
  }
}

/** Scores one chunk and adds its responses to the results. */
async function scoreChunk(
  engine: Engine,
  { requests, encoded }: { readonly requests: Chunk; readonly encoded: EncodedRequests },
  results: Results,
  context: ScoringContext,
): Promise<void> {
  const { sequences, parts, corpora, tokensCut } = encoded
  for (const [index, tokens] of cutRequests(requests, tokensCut)) results.tokensCut.set(index, tokens)
  const scores: (SequenceScore | undefined)[] = Array.from(sequences, () => undefined)
  const divergences = new Map<number, SequenceDivergence>()
  const failed = new Map<number, string>()
  let scored = 0
  for await (const { batch, batchMs } of timedBatches(engine, sequences, results, context)) {
    for (const score of batch.scores) scores[score.sequence] = score
    batch.divergences?.forEach((each, index) => divergences.set(batch.scores[index]!.sequence, each))
    for (const { sequence, reason } of batch.failed ?? []) failed.set(sequence, reason)
    scored += batch.scores.length + (batch.failed?.length ?? 0)
    addWork(results.work, engine, batch, batchMs)
    context.onBatch(batch.tokensComputed, (results.requestsDone + (requests.length * scored) / sequences.length) / results.logLikelihoods.length)
    if (!batch.isCached) await measure(context, () => context.roofline.afterBatch(batchMs))
  }
  parts.forEach((part, index) => {
    results.logLikelihoods[requests[index]!] = sumScores(part, sequences, scores)
    if (corpora.has(index)) results.windows.set(requests[index]!, scoredWindows(part, sequences, scores))
    const diverging = part.flatMap((sequence) => divergences.get(sequence) ?? [])
    if (part.length > 0 && diverging.length === part.length) results.divergences[requests[index]!] = diverging
    const missing = part.find((sequence) => failed.has(sequence))
    if (missing !== undefined) results.failed.set(requests[index]!, failed.get(missing)!)
  })
  results.requestsDone += requests.length
}

/** The batches of a chunk, each with the time that the engine took. If all servers fail, they end, and `results` says why. */
async function* timedBatches(
  engine: Engine,
  sequences: readonly Sequence[],
  results: Results,
  { clock, failing, signal }: ScoringContext,
): AsyncGenerator<{ readonly batch: ScoredBatch; readonly batchMs: number }> {
  const batches = untilEnded(await clock.time('plan', () => engine.score(sequences)), failing, signal)
  for (;;) {
    const askedAt = performance.now()
    const next = await batches.next().catch((error: unknown) => {
      if (!(error instanceof ServerLostError)) throw error
      results.lost = error
    })
    const waitedMs = performance.now() - askedAt
    const batch = !next || next.done ? undefined : next.value
    const batchMs = batch?.engineMs ?? waitedMs
    clock.add('engine', batchMs)
    clock.add('load', batch?.loadMs ?? 0)
    if (!batch) return
    yield { batch, batchMs }
  }
}

function addWork(work: Results['work'], { layers }: Pick<Engine, 'layers'>, batch: ScoredBatch, batchMs: number): void {
  const { tokensComputed, isCached, scores, operations = 0 } = batch
  work.tokensComputed += tokensComputed
  if (layers && work.layerPassesComputed !== null) work.layerPassesComputed += batch.layerPasses ?? tokensComputed * layers.asked
  if (isCached) work.cachedCount += scores.length
  work.operations += operations
  work.engineMs += batchMs
}

async function measure({ clock, signal }: ScoringContext, measurement: () => Promise<void>): Promise<void> {
  if (!signal?.aborted) await clock.time('roofline', () => unlessAborted(measurement(), signal).catch(nullIfAborted))
}

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
