/**
 * The evaluation of one model, from top to bottom.
 *
 * A task turns rows into requests; requests become token sequences; an engine gives each sequence a log-probability; metrics
 * turn those into scores; the record says how they were made. Each step is a function of another folder, and plain data goes
 * between them.
 */
import { rooflineMeter } from '../engine/roofline/roofline.ts'
import type { Engine } from '../engine/engine.ts'
import { AbortError, nullIfAborted, unlessAborted, type EngineError } from '../errors.ts'
import { HARNESS_VERSION } from '../io/package-folder.ts'
import { divergenceFigures } from '../metrics/divergence/figures.ts'
import type { CheckpointTokenizer } from '../model/tokenizer/tokenizer.ts'
import type { Encoder } from '../plan/encode.ts'
import { encodeAhead, type EncodedAhead } from './encode-ahead.ts'
import { workRecord, type TaskWork } from '../store/work-record.ts'
import type { DivergenceOriginal, GroupRecord, RunRecord, TaskRecord } from '../store/run-record.ts'
import { encodingKey } from './encoding-key.ts'
import type { EvaluateOptions } from './evaluate-options.ts'
import { reportFailed, tokensBehindWarning, failedItemsError, warnOfTruncation } from './evaluation-notices.ts'
import type { LoadedTask } from './loaded-task.ts'
import type { ModelSource } from './model-source.ts'
import { modelRecord, openModel } from './open-model.ts'
import { poolTaskGroups } from './pool-task-groups.ts'
import { scoreRequests } from './score-requests.ts'
import { scoreTask } from './score-task.ts'
import { stageClock, type StageClock } from './stage-clock.ts'
import { inChunks, requestsOf } from './task-requests.ts'

/**
 * Scores one model on all tasks. Fails with a HarnessError before scoring begins if the model is at fault, and within
 * seconds if a request cannot be encoded. When `signal` is aborted, the record has the results until then; before the
 * first score it fails with AbortError.
 */
export async function evaluateModel(model: ModelSource, loadedTasks: readonly LoadedTask[], options: EvaluateOptions): Promise<RunRecord> {
  const startedAt = new Date()
  // A monotonic clock: the system's may be set during a run.
  const beganAt = performance.now()
  const clock = stageClock()
  const { signal, onEvent = () => {} } = options
  const onNotice = (message: string) => onEvent({ kind: 'notice', message })
  onEvent({ kind: 'loading' })
  await using opened = await clock.time('load', () => openModel(model, options, onNotice))
  const encoded = await clock.time('plan', () => encodeOnce(loadedTasks, opened, options))
  for (const notice of tokensBehindWarning(opened.encoder)) onNotice(notice)
  for (const [index, loaded] of loadedTasks.entries()) warnOfTruncation(loaded, encoded[index]!, opened.encoder.maxLength, onNotice)
  await using engine = await clock.time('load', () => unlessAborted(opened.openEngine(encoded), signal))
  const scored = await scoreTasks(engine, loadedTasks, encoded, { ...options, clock, beganAt, onNotice })
  // Reading all weights takes longer than an interrupted user waits.
  const weightsHash = await clock.time('record', () => unlessAborted(opened.weightsHash, signal).catch(nullIfAborted))
  const original = await clock.time('record', () => originalOf(options))
  const peakBytes = process.resourceUsage().maxRSS * 1024 + (engine.peakBytes?.() ?? 0)
  const { tasks, groups, failure, firstScoreMs } = scored
  return {
    startedAt: startedAt.toISOString(),
    elapsedMs: performance.now() - beganAt,
    isComplete: !signal?.aborted && !failure,
    ...(failure && { failure: { message: failure.message, hint: failure.hint } }),
    harnessVersion: HARNESS_VERSION,
    model: modelRecord(model, opened, weightsHash),
    engine: engine.info,
    prompting: model.prompting ?? { chatTemplate: null, systemInstruction: null, fewshotAsMultiturn: null },
    settings: {
      limit: options.limit ?? null,
      seed: options.seed ?? 0,
      batchTokens: options.batchTokens ?? 'auto',
      rollingBos: opened.encoder.rollingBos,
      addBosToken: opened.encoder.addBosToken ?? null,
    },
    tasks,
    groups: [...poolTaskGroups(options.taskGroups ?? [], tasks), ...groups],
    ...(original && { divergence: { original, all: divergenceFigures(tasks.flatMap(({ items }) => items.flatMap(({ divergence }) => divergence ?? []))) } }),
    work: workRecord(scored.work, { elapsedMs: { ...clock.elapsedMs }, firstScoreMs, peakBytes }),
  }
}

/** The model with which this one is compared, for its record. */
async function originalOf({ divergence, signal }: EvaluateOptions): Promise<DivergenceOriginal | undefined> {
  if (!divergence?.original) return undefined
  const { weightsHash, ...model } = divergence.original()
  return { ...model, weightsHash: await unlessAborted(weightsHash, signal).catch(nullIfAborted) }
}

/** Starts to encode each task's requests; models that encode alike share them. */
function encodeOnce(
  loadedTasks: readonly LoadedTask[],
  { tokenizer, encoder }: { readonly tokenizer: CheckpointTokenizer; readonly encoder: Encoder },
  { encodings, signal }: EvaluateOptions,
): readonly EncodedAhead[] {
  const key = encodingKey(tokenizer, encoder)
  const known = encodings?.get(key)
  if (known) return known
  const encoded = encodeAhead(loadedTasks.map(inChunks), encoder, signal)
  encodings?.set(key, encoded)
  return encoded
}

interface Scored {
  readonly tasks: readonly TaskRecord[]
  readonly groups: readonly GroupRecord[]
  readonly work: readonly TaskWork[]
  /** Why some or all items have no score. */
  readonly failure: EngineError | undefined
  /** From the start of the evaluation; null if nothing was scored. */
  readonly firstScoreMs: number | null
}

interface Scoring extends EvaluateOptions {
  readonly clock: StageClock
  /** When the evaluation began, by `performance.now()`. */
  readonly beganAt: number
  readonly onNotice: (notice: string) => void
}

/** Scores one task after another, until the signal is aborted or all servers are lost. Fails if no item was scored. */
async function scoreTasks(
  engine: Engine,
  loadedTasks: readonly LoadedTask[],
  encoded: readonly EncodedAhead[],
  { clock, beganAt, signal, seed = 0, onEvent = () => {}, onNotice }: Scoring,
): Promise<Scored> {
  const tasks: TaskRecord[] = []
  const groups: GroupRecord[] = []
  const work: TaskWork[] = []
  const failedItems: string[] = []
  const roofline = rooflineMeter(engine)
  let firstScoreMs: number | null = null
  let lost: EngineError | undefined
  for (const [index, loaded] of loadedTasks.entries()) {
    if (signal?.aborted || lost) break
    const task = loaded.task.name
    onEvent({ kind: 'task-started', task, requestCount: requestsOf(loaded).length })
    const onBatch = (tokensComputed: number, doneShare: number) => {
      firstScoreMs ??= performance.now() - beganAt
      onEvent({ kind: 'batch-scored', task, tokensComputed, doneShare })
    }
    const responses = await scoreRequests(engine, encoded[index]!, { clock, roofline, failing: encoded.at(-1)!.totals, onBatch, signal })
    work.push({ task, ...responses.work })
    onEvent({ kind: 'task-scored', work: work.at(-1)! })
    const scored = await clock.time('record', () => scoreTask(loaded, responses, seed))
    tasks.push(...scored.tasks)
    groups.push(...scored.groups)
    failedItems.push(...reportFailed(loaded, responses.failed, onNotice))
    lost = responses.lost
  }
  if (tasks.length === 0 && signal?.aborted) throw new AbortError()
  const failure = lost ?? failedItemsError(failedItems)
  if (tasks.length === 0 && failure) throw failure
  return { tasks, groups, work, failure, firstScoreMs }
}
