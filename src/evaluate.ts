/**
 * READ THIS FIRST: the whole of an evaluation.
 *
 * A task turns rows into requests; requests become token sequences; an engine gives each sequence a log-probability; metrics make
 * scores of them; the record says what was done. Each step is a function of another folder, and plain data goes between them.
 */
import { hashWeights, openCheckpoint, type Checkpoint } from './checkpoint/checkpoint.ts'
import type { Engine } from './engine/engine.ts'
import { onnxEngine } from './engine/onnx.ts'
import { Interruption, unlessInterrupted, UsageError } from './errors.ts'
import { aggregateItems, poolScores, scoreItem, type ScoredItem } from './metrics/score-items.ts'
import { assembleAnswer, startEncoding, type EncodedRequests, type Encoder } from './plan/encode.ts'
import type { SequenceScore } from './plan/sequence.ts'
import type { GroupRecord, RunRecord, TaskRecord, WorkRecord } from './store/run-record.ts'
import type { Suite } from './suite.ts'
import type { Answer } from './task/request.ts'
import { HARNESS_VERSION } from './package-folder.ts'

/** A model to score. */
export interface ModelSource {
  /** What tables and files call it. */
  readonly label: string
  /** Folder or hub repository, as the user gave it. */
  readonly source: string
  /** Where its files lie. */
  readonly folder: string
  /** Commit of a hub repository. */
  readonly revision: string | null
}

/** How to score. */
export interface EvaluateOptions {
  readonly seed?: number
  /** Recorded; the suites are already cut to it. */
  readonly limit?: number
  /** The model's window when absent. */
  readonly maxLength?: number
  /** Most tokens of a forward pass; chosen by the model and the machine when absent. */
  readonly batchTokens?: number
  readonly threads?: number
  /** Suites as tokens, by what encoded them: given with the same suites to several models, those with one tokenizer are encoded for once. */
  readonly encodings?: Map<string, readonly EncodedRequests[]>
  /** What scores; onnxruntime on this machine when absent. */
  readonly openEngine?: (checkpoint: Checkpoint) => Promise<Engine>
  /** Ends the run at once; what was scored is kept. Before the first batch there is nothing to keep: then it fails with Interruption. */
  readonly signal?: AbortSignal
}

/** Told what a user wants to see of a run in progress. */
export interface Watcher {
  readonly onNotice: (notice: string) => void
  /** Before a task's first batch. */
  readonly onTask: (task: string, work: { readonly tokensPlanned: number; readonly requestCount: number }) => void
  /** After each batch. */
  readonly onBatch: (tokensComputed: number) => void
  readonly onTaskEnd: () => void
}

/** Scores one model on all suites. Fails with a HarnessError before scoring begins where the model or the requests are at fault. */
export async function evaluate(model: ModelSource, suites: readonly Suite[], options: EvaluateOptions, watcher: Watcher): Promise<RunRecord> {
  const startedAt = new Date()
  const clock = stageClock()
  const checkpoint = await clock.time('load', () => openCheckpoint(model.folder))
  const encoder = encoderOf(checkpoint, options.maxLength)
  const weightsHash = hashWeights(checkpoint.weights)
  weightsHash.catch(() => {})
  const { signal, batchTokens, threads } = options
  const encoded = await clock.time('tokenise', () => encodeOnce(suites, checkpoint, encoder, options))

  const openEngine = options.openEngine ?? (({ config, weights }) => onnxEngine(config, weights, engineOptions))
  const engineOptions = { onNotice: watcher.onNotice, ...(batchTokens !== undefined && { batchTokens }), ...(threads !== undefined && { threads }) }
  await using engine = await clock.time('load', () => unlessInterrupted(openEngine(checkpoint), signal))
  const tasks: TaskRecord[] = []
  const groups: GroupRecord[] = []
  const work = { tokensAsked: 0, tokensDistinct: 0, tokensComputed: 0 }
  for (const [index, suite] of suites.entries()) {
    if (signal?.aborted) break
    const answers = await askEngine(engine, suite, encoded[index]!, { watcher, clock, work, signal })
    const scored = scoreSuite(suite, answers, options.seed ?? 0)
    tasks.push(...scored.tasks)
    groups.push(...scored.groups)
  }
  return {
    startedAt: startedAt.toISOString(),
    elapsedMs: Date.now() - startedAt.getTime(),
    isComplete: !signal?.aborted,
    harnessVersion: HARNESS_VERSION,
    model: {
      label: model.label,
      source: model.source,
      revision: model.revision,
      architecture: checkpoint.architecture,
      parameterCount: checkpoint.parameterCount,
      weightsHash: await unlessInterrupted(weightsHash, signal).catch(nullIfInterrupted),
      tokenizerHash: checkpoint.tokenizer.hash,
      maxLength: encoder.maxLength,
    },
    engine: engine.info,
    settings: { limit: options.limit ?? null, seed: options.seed ?? 0, batchTokens: batchTokens ?? 'auto' },
    tasks,
    groups,
    work: { ...work, elapsedMs: clock.elapsedMs },
  }
}

/** Each suite's requests as tokens; models that encode alike share them. */
async function encodeOnce(
  suites: readonly Suite[],
  { tokenizer }: Pick<Checkpoint, 'tokenizer'>,
  encoder: Encoder,
  { encodings, signal }: EvaluateOptions,
): Promise<readonly EncodedRequests[]> {
  const key = `${tokenizer.hash} ${encoder.prefixToken} ${encoder.maxLength}`
  const known = encodings?.get(key)
  if (known) return known
  const encoded: EncodedRequests[] = []
  for (const suite of suites) encoded.push(await encodeSuite(suite, encoder, signal))
  encodings?.set(key, encoded)
  return encoded
}

/** The tokenizer and window of a checkpoint. Fails with UsageError on a window that the model does not have. */
export function encoderOf({ config, tokenizer }: Pick<Checkpoint, 'config' | 'tokenizer'>, maxLength = config.maxPositions): Encoder {
  if (maxLength > config.maxPositions) {
    throw new UsageError(`--max-length ${maxLength} is longer than the model's window of ${config.maxPositions}`, `Give ${config.maxPositions} or less.`)
  }
  return { encode: (text, encodeOptions) => tokenizer.encode(text, encodeOptions), prefixToken: tokenizer.prefixToken, maxLength }
}

/** All requests of a suite, in the order of its items. */
export function requestsOf({ parts }: Suite) {
  return parts.flatMap(({ items }) => items.flatMap(({ requests }) => requests))
}

/** Reading all weights takes longer than an interrupted user waits. */
function nullIfInterrupted(error: unknown): null {
  if (error instanceof Interruption) return null
  throw error
}

/** Requests encoded between two looks at the signal. */
const ENCODING_STEP = 64

/** Tokenising is work of seconds to minutes that never waits, so it is interrupted by hand. */
async function encodeSuite(suite: Suite, encoder: Encoder, signal: AbortSignal | undefined): Promise<EncodedRequests> {
  const encoding = startEncoding(encoder)
  for (const [index, request] of requestsOf(suite).entries()) {
    encoding.add(request)
    if (index % ENCODING_STEP === 0) await new Promise((resolve) => setImmediate(resolve))
    if (signal?.aborted) throw new Interruption('interrupted')
  }
  return encoding.result()
}

interface Asking {
  readonly watcher: Watcher
  readonly clock: StageClock
  readonly work: { tokensAsked: number; tokensDistinct: number; tokensComputed: number }
  readonly signal: AbortSignal | undefined
}

/** One answer a request, in order; undefined for what an interrupted run did not reach. */
async function askEngine(engine: Engine, suite: Suite, encoded: EncodedRequests, { watcher, clock, work, signal }: Asking): Promise<(Answer | undefined)[]> {
  const { sequences, parts, tokensAsked } = encoded
  const run = await clock.time('plan', () => engine.score(sequences))
  work.tokensAsked += tokensAsked
  work.tokensDistinct += run.tokensDistinct
  watcher.onTask(suite.task.name, { tokensPlanned: run.tokensPlanned, requestCount: parts.length })
  const scores: (SequenceScore | undefined)[] = Array.from(sequences, () => undefined)
  await clock.time('engine', async () => {
    for await (const batch of untilAborted(run.batches, signal)) {
      for (const score of batch.scores) scores[score.sequence] = score
      work.tokensComputed += batch.tokensComputed
      watcher.onBatch(batch.tokensComputed)
    }
  })
  watcher.onTaskEnd()
  return parts.map((part) => assembleAnswer(part, sequences, scores))
}

/** Ends when the signal is given, without waiting for the value that is on its way. */
async function* untilAborted<T>(values: AsyncIterable<T>, signal: AbortSignal | undefined): AsyncGenerator<T> {
  const iterator = values[Symbol.asyncIterator]()
  let stop = () => {}
  const aborted = new Promise<{ readonly done: true; readonly value: undefined }>((resolve) => {
    stop = () => resolve({ done: true, value: undefined })
  })
  if (signal?.aborted) stop()
  signal?.addEventListener('abort', stop, { once: true })
  try {
    for (;;) {
      const next = iterator.next()
      next.catch(() => {})
      const { done, value } = await Promise.race([next, aborted])
      if (done) return
      yield value
    }
  } finally {
    signal?.removeEventListener('abort', stop)
  }
}

/** Items with all their answers, scored; subsets pooled into the task's groups. Items that were not reached are left out. */
function scoreSuite(suite: Suite, answers: readonly (Answer | undefined)[], seed: number): { readonly tasks: TaskRecord[]; readonly groups: GroupRecord[] } {
  const { task, shotCount, parts } = suite
  const tasks: TaskRecord[] = []
  let next = 0
  for (const { name, items, rowCount, origin } of parts) {
    const scored: ScoredItem[] = []
    for (const item of items) {
      const own = answers.slice(next, (next += item.requests.length))
      if (own.every((answer) => answer !== undefined)) scored.push(scoreItem(task, item, own))
    }
    if (scored.length === 0) continue
    tasks.push({
      ...aggregateItems(task, scored, seed),
      name,
      task: task.name,
      version: task.version,
      shotCount,
      rowCount: rowCount ?? null,
      origin,
      items: scored,
    })
  }
  const groupNames = task.subsets
    ? [[task.name, task.subsets.names] as const, ...Object.entries(task.subsets.groups).map(([group, names]) => [`${task.name}_${group}`, names] as const)]
    : []
  const groups = groupNames.flatMap(([name, subsets]): GroupRecord[] => {
    const members = tasks.filter((entry) => subsets.includes(entry.name.slice(task.name.length + 1)))
    return members.length === 0 ? [] : [{ ...poolScores(name, members), members: members.map((member) => member.name), shotCount, version: task.version }]
  })
  return { tasks, groups }
}

interface StageClock {
  readonly elapsedMs: WorkRecord['elapsedMs']
  time<T>(stage: keyof WorkRecord['elapsedMs'], work: () => T | Promise<T>): Promise<T>
}

/** Adds up the wall time of each stage. */
function stageClock(): StageClock {
  const elapsedMs = { load: 0, tokenise: 0, plan: 0, engine: 0 }
  return {
    elapsedMs,
    async time(stage, work) {
      const startedAt = performance.now()
      try {
        return await work()
      } finally {
        elapsedMs[stage] += performance.now() - startedAt
      }
    },
  }
}
