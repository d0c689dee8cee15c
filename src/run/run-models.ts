/**
 * READ THIS FIRST: a run, from its options to its stored results.
 *
 * `evalharness run` is this function over a terminal. The options are checked and everything that they name is found before
 * anything is computed; then each model is evaluated on all tasks and stored, models that share layers at the same time, and the
 * manifest that allows to resume goes when all is complete.
 */
import type { z } from 'zod'
import { AbortError, HarnessError, nullIfAborted } from '../errors.ts'
import { finishBeforeExit } from '../io/at-exit.ts'
import type { RunRecord } from '../store/run-record.ts'
import { writeRun, type RunFiles } from '../store/write-run.ts'
import type { Task } from '../task/define-task.ts'
import { checkDeterminism } from './check-determinism.ts'
import { evaluateModel } from './evaluate-model.ts'
import { divergenceRun } from './divergence-run.ts'
import type { EvaluateOptions } from './evaluate-options.ts'
import { beginManifest, type OpenManifest } from './manifest.ts'
import type { LoadedTask } from './loaded-task.ts'
import type { ModelSource } from './model-source.ts'
import { passesOf } from './one-pass/plan-passes.ts'
import { scoreTogether } from './one-pass/score-together.ts'
import { parseStrictly } from './option-table.ts'
import { cacheFolderOf } from './parse-run-options.ts'
import { prepareRun, type PreparedRun } from './prepare-run.ts'
import { resumedOptions } from './resumed-options.ts'
import type { EvaluationEvent, OnEvent, RunEvent } from './run-events.ts'
import { runOptions } from './run-options.ts'

/** The options of `evalharness run`, in camelCase, and options for programs. Only `model` and `tasks` are required. */
export interface RunModelsOptions extends z.input<typeof runOptions> {
  /** Tasks made with `defineTask`, beside the built-in ones and those of `taskFile`; `tasks` names the ones to score. */
  readonly definedTasks?: readonly Task[]
  readonly onEvent?: OnEvent<RunEvent>
  /** Ends the run at once; the results until then are stored. */
  readonly signal?: AbortSignal
}

/** One model's results: in memory and on disk. */
export interface StoredResult extends RunFiles {
  readonly record: RunRecord
}

/** The result of a run. */
export interface RunResult {
  /** A result for each model in the order of `model`; fewer if the run was cut short. */
  readonly runs: readonly StoredResult[]
  /** Whether every item of every model has its scores. */
  readonly isComplete: boolean
  /** Whether running it again, or `resume`, continues where it stopped instead of computing everything again. */
  readonly canResume: boolean
}

/**
 * Scores models on tasks and stores the results below `output`. A model that could not be scored to its end has a record with
 * `isComplete: false` and the `failure`. Fails with a HarnessError before anything is computed if the options or their files
 * are at fault, and with AbortError when the signal is aborted before the first score.
 */
export async function runModels({ definedTasks, onEvent = () => {}, signal, ...given }: RunModelsOptions): Promise<RunResult> {
  const { checkDeterminism: checkedItemCount, resume, ...asked } = parseStrictly(runOptions, given)
  const options = resume === undefined ? asked : await resumedOptions(resume, asked, onEvent)
  const onNotice = (message: string) => onEvent({ kind: 'notice', model: null, isRepeat: false, message })
  const prepared = await prepareRun(options, {
    purpose: 'scoring',
    definedTasks,
    checkDeterminism: checkedItemCount,
    onNotice,
    signal,
  })
  await using manifest = await beginManifest(options)
  const cache = cacheFolderOf(options)
  const shared = { ...prepared.evaluateOptions, ...(cache !== undefined && { cache }), ...(signal && { signal }) }
  const encodings = new Map(prepared.models.map((model) => [prepared.tasksOf(model), new Map()] as const))
  const context = { prepared, encodings, options: shared, checkedItemCount, output: options.output, manifest, onEvent }
  const runs: StoredResult[] = []
  const sharing = { isShared: options.sharedLayers && encodings.size === 1, isCompared: options.divergence, onNotice }
  const passes = await passesOf(prepared.models, shared, sharing)
  await using divergence = options.divergence ? divergenceRun(prepared.models[0]!, passes.length > 1) : undefined
  const score = (model: ModelSource, joined: Pick<EvaluateOptions, 'joinPass'>, turn: Promise<unknown>) =>
    scoreAndStore(model, joined, turn, { ...context, options: { ...shared, ...(divergence && { divergence: divergence.roleOf(model) }) } })
  for (const pass of passes) {
    if (signal?.aborted) break
    const results = await scoreTogether(pass, shared, score, onNotice)
    runs.push(...results.filter((result) => result !== null))
  }
  if (runs.length === 0) throw new AbortError()
  runs.sort((a, b) => orderOf(prepared, a) - orderOf(prepared, b))
  const isComplete = runs.length === prepared.models.length && runs.every(({ record }) => record.isComplete)
  if (isComplete) await manifest.finish()
  const canResume = !isComplete && cache !== undefined && prepared.models.some(({ served }) => !served)
  return { runs, isComplete, canResume }
}

/** The parts that all models of a run share. */
interface RunContext {
  readonly prepared: PreparedRun
  /** By the tasks that models share. */
  readonly encodings: ReadonlyMap<readonly LoadedTask[], NonNullable<EvaluateOptions['encodings']>>
  readonly options: EvaluateOptions
  /** Items of the determinism check; undefined for no check. */
  readonly checkedItemCount: number | undefined
  readonly output: string
  readonly manifest: OpenManifest
  readonly onEvent: OnEvent<RunEvent>
}

function orderOf({ models }: PreparedRun, { record }: StoredResult): number {
  return models.findIndex(({ label }) => label === record.model.label)
}

/** Scores a model and stores its results when it is its turn; null if the signal was aborted before the first score. */
async function scoreAndStore(
  model: ModelSource,
  joined: Pick<EvaluateOptions, 'joinPass'>,
  turn: Promise<unknown>,
  context: RunContext,
): Promise<StoredResult | null> {
  const { prepared, encodings, output, manifest, onEvent } = context
  const loadedTasks = prepared.tasksOf(model)
  const options = { ...context.options, encodings: encodings.get(loadedTasks)! }
  const watch = (isRepeat: boolean) => (event: EvaluationEvent) => onEvent({ ...event, model: model.label, isRepeat })
  return finishOnceScored(watch(false), async (onScoringEvent) => {
    const scored = await evaluateModel(model, loadedTasks, { ...options, ...joined, onEvent: onScoringEvent }).catch(nullIfAborted)
    if (!scored || scored.tasks.length === 0) return null
    await turn
    const record = await withDeterminism(scored, model, context, watch(true))
    manifest.keep()
    const files = await writeRun(output, record)
    if (!record.isComplete) await manifest.addPartial([files.resultsFile, ...files.sampleFiles])
    onEvent({ kind: 'run-stored', model: model.label, record, resultsFile: files.resultsFile })
    return { record, ...files }
  })
}

/** Runs `work`. From its first scored batch on there is something to store, so even a forced exit waits for its end. */
function finishOnceScored<T>(onEvent: OnEvent<EvaluationEvent>, work: (onEvent: OnEvent<EvaluationEvent>) => Promise<T>): Promise<T> {
  let hasScores = false
  const result: Promise<T> = work((event) => {
    if (event.kind === 'batch-scored' && !hasScores) {
      hasScores = true
      void finishBeforeExit(() => result).catch(() => {})
    }
    onEvent(event)
  })
  return result
}

/** The record with the result of scoring some of its items a second time. */
async function withDeterminism(
  record: RunRecord,
  model: ModelSource,
  { prepared, options, checkedItemCount, onEvent }: RunContext,
  onRepeatEvent: OnEvent<EvaluationEvent>,
): Promise<RunRecord> {
  if (checkedItemCount === undefined || !record.isComplete) return record
  try {
    const check = { record, itemCount: checkedItemCount, model, loadedTasks: prepared.tasksOf(model) }
    const determinism = await checkDeterminism(check, { ...options, onEvent: onRepeatEvent })
    onEvent({ kind: 'determinism-checked', model: model.label, determinism })
    return { ...record, determinism }
  } catch (error) {
    // A failed check must not lose the scores.
    if (error instanceof AbortError) return record
    if (!(error instanceof HarnessError)) throw error
    onRepeatEvent({ kind: 'notice', message: `the determinism check failed: ${error.message}` })
    return record
  }
}
