/** What a run leaves: everything that makes its numbers, as plain data. */
import type { EngineInfo } from '../engine/engine.ts'
import type { DataOrigin, HubRows } from '../data/dataset.ts'
import type { RollingBos } from '../plan/encode.ts'
import type { WeightsRecord } from '../model/runnable/open-runnable.ts'
import { metricOf } from '../metrics/registry.ts'
import type { Score, ScoredItem, TaskScores } from '../task/score-items.ts'

/** Prompts that are longer than the window: their beginning was cut off. */
export interface TruncationRecord {
  /** Requests that were cut. */
  readonly requestCount: number
  /** Items with at least one such request. */
  readonly itemCount: number
  /** The most tokens that a request lost; 0 where none was cut. */
  readonly mostTokensLost: number
}

/** The truncation of several tasks or subsets together. */
export function sumTruncation(parts: readonly TruncationRecord[]): TruncationRecord {
  return {
    requestCount: parts.reduce((sum, part) => sum + part.requestCount, 0),
    itemCount: parts.reduce((sum, part) => sum + part.itemCount, 0),
    mostTokensLost: parts.reduce((most, part) => Math.max(most, part.mostTokensLost), 0),
  }
}

/** One task, or one subset, of a run. */
export interface TaskRecord extends TaskScores {
  /** The task whose subset it is; itself otherwise. */
  readonly task: string
  readonly version: number
  readonly shotCount: number
  /** Rows of the dataset; null when it was not read to its end. */
  readonly rowCount: number | null
  readonly origin: DataOrigin
  /** Absent where the task brings its own rows or the user names a file. */
  readonly hubRows?: HubRows
  /** Items with equal best choices, by metric; none for texts. */
  readonly ties: Readonly<Partial<Record<Score['metric'], number>>>
  readonly truncation: TruncationRecord
  readonly items: readonly ScoredItem[]
}

/** Scores of several subsets together. */
export interface GroupRecord extends TaskScores {
  readonly members: readonly string[]
  readonly shotCount: number
  readonly version: number
}

/** How much one task asked of the engine. */
export interface TaskWork {
  readonly task: string
  /** Tokens of all sequences, each on its own; null when the run was interrupted before they were counted. */
  readonly tokensAsked: number | null
  /** Nodes of the trie of all sequences: the least that has to be computed. Null as above. */
  readonly tokensDistinct: number | null
  readonly tokensComputed: number
  /** Sequences that were answered from the cache. */
  readonly cachedCount: number
  /** Floating-point operations of the matrix products that were computed; 0 where the engine does not know them. */
  readonly operations: number
  /** Wall time of the engine in milliseconds. */
  readonly engineMs: number
  /** Milliseconds that making the tokens took, most of it beside loading and computing; for models that share tokens, once. Null as above. */
  readonly encodingMs: number | null
  /** Operations a second of bare matrix products of the model's shapes, as measured during the run up to the task's end; null where they were not. */
  readonly peakGemmRate: number | null
}

/** How much was asked in all, by task, and how long each stage took. */
export interface WorkRecord extends Omit<TaskWork, 'task' | 'engineMs'> {
  readonly tasks: readonly TaskWork[]
  /** Milliseconds from the start of the run to its first scores, loading included; null where there were none. */
  readonly firstScoreMs: number | null
  /** The most memory that the program and the engine have held, in bytes. */
  readonly peakBytes: number
  /** Wall time in milliseconds that the run waited for each stage. `roofline` is measuring the machine. */
  readonly elapsedMs: Readonly<Record<'load' | 'tokenize' | 'plan' | 'engine' | 'roofline' | 'record', number>>
}

/** Distinct tokens ÷ tokens computed: 1 where nothing is computed twice. Null for an interrupted run, which computed less than there was. */
export function tokenEfficiency({ tokensDistinct, tokensComputed }: Pick<TaskWork, 'tokensDistinct' | 'tokensComputed'>): number | null {
  return tokensDistinct === null || tokensComputed === 0 || tokensComputed < tokensDistinct ? null : tokensDistinct / tokensComputed
}

/** Operations a second while the engine worked ÷ those of bare matrix products; null where either is unknown. */
export function rooflineShare({ operations, engineMs, peakGemmRate }: Pick<TaskWork, 'operations' | 'engineMs' | 'peakGemmRate'>): number | null {
  return operations === 0 || engineMs === 0 || peakGemmRate === null ? null : (operations / engineMs) * (1000 / peakGemmRate)
}

/** The work of all tasks together. */
export function workRecord(tasks: readonly TaskWork[], whole: Pick<WorkRecord, 'elapsedMs' | 'firstScoreMs' | 'peakBytes'>): WorkRecord {
  const total = (count: (work: TaskWork) => number | null) =>
    tasks.reduce<number | null>((sum, task) => (sum === null || count(task) === null ? null : sum + count(task)!), 0)
  return {
    tokensAsked: total(({ tokensAsked }) => tokensAsked),
    tokensDistinct: total(({ tokensDistinct }) => tokensDistinct),
    tokensComputed: total(({ tokensComputed }) => tokensComputed)!,
    cachedCount: total(({ cachedCount }) => cachedCount)!,
    operations: total(({ operations }) => operations)!,
    encodingMs: total(({ encodingMs }) => encodingMs),
    peakGemmRate: tasks.at(-1)?.peakGemmRate ?? null,
    tasks,
    ...whole,
  }
}

/** The model that was scored. */
export interface ModelRecord {
  readonly label: string
  /** Folder or hub repository, as given. */
  readonly source: string
  /** Commit of a hub repository. */
  readonly revision: string | null
  /** Null where only a server knows. */
  readonly architecture: string | null
  /** Null as above. */
  readonly parameterCount: number | null
  /**
   * `hashWeights` of the weight files, and a hash over that and what was done to them at load, if anything was: so no two variants of a folder share it.
   * Null when the run was interrupted before it was known, and where only a server has them.
   */
  readonly weightsHash: string | null
  /** How weights are run that are quantised or have an adapter; null for plain ones. */
  readonly variant: WeightsRecord | null
  readonly tokenizerHash: string
  readonly maxLength: number
  /** What of config.json and of the weights was not used, as sentences. */
  readonly notices: readonly string[]
}

/** Some items scored twice, in other batches. */
export interface DeterminismRecord {
  readonly itemCount: number
  /** Of the batches of the second time. */
  readonly batchTokens: number
  /** Between the two log-likelihoods of an answer, in nats a scored token. */
  readonly largestDifference: number
  /** Items with an accuracy that differs. */
  readonly flipCount: number
  /** Equal best choices among them, summed over metrics. */
  readonly tieCount: number
}

/** One model on all tasks. */
export interface RunRecord {
  /** ISO 8601. */
  readonly startedAt: string
  readonly elapsedMs: number
  /** False when the run was interrupted or failed: items without an answer are left out. */
  readonly isComplete: boolean
  /** Why items have no answer, unless the user ended the run. */
  readonly failure?: { readonly message: string; readonly hint: string }
  readonly harnessVersion: string
  readonly model: ModelRecord
  readonly engine: EngineInfo
  readonly settings: {
    readonly limit: number | null
    readonly seed: number
    readonly batchTokens: number | 'auto'
    /** How texts that are scored as a whole begin. */
    readonly rollingBos: RollingBos
  }
  readonly tasks: readonly TaskRecord[]
  readonly groups: readonly GroupRecord[]
  readonly work: WorkRecord
  /** Where it was asked for. */
  readonly determinism?: DeterminismRecord
}

/** The record as lm-eval's results file, with what else makes the numbers under `evalharness`. JSON has no NaN: such a figure is "N/A", as lm-eval writes it. */
export function toResultsFile(run: RunRecord): Record<string, unknown> {
  const { tasks, groups, model, settings, work } = run
  const each = <T extends { name: string }>(list: readonly T[], value: (entry: T) => unknown) =>
    Object.fromEntries(list.map((entry) => [entry.name, value(entry)]))
  const all = [...groups, ...tasks]
  return {
    results: each(all, (entry) => ({ alias: entry.name, ...metricEntries(entry.scores) })),
    groups: each(groups, (entry) => ({ alias: entry.name, ...metricEntries(entry.scores) })),
    group_subtasks: each(groups, ({ members }) => members),
    configs: each(tasks, ({ name, task, shotCount, version, origin, hubRows }) => ({
      task: name,
      group: task,
      // lm-eval's names; it scores the test split, whatever that is called, where a task has one.
      ...(hubRows && { dataset_path: hubRows.repo, ...(hubRows.config !== null && { dataset_name: hubRows.config }), test_split: hubRows.split }),
      num_fewshot: shotCount,
      metadata: { version },
      dataset: origin,
    })),
    versions: each(all, ({ version }) => version),
    'n-shot': each(all, ({ shotCount }) => shotCount),
    higher_is_better: each(all, ({ scores }) => Object.fromEntries(scores.map(({ metric }) => [metric, metricOf(metric).higherIsBetter]))),
    'n-samples': each(tasks, ({ rowCount, itemCount }) => ({ original: rowCount ?? itemCount, effective: itemCount })),
    config: {
      model: 'evalharness',
      model_args: {
        pretrained: model.source,
        ...(model.revision !== null && { revision: model.revision }),
        dtype: run.engine.dtype,
        max_length: model.maxLength,
      },
      ...(model.parameterCount !== null && { model_num_parameters: model.parameterCount }),
      model_dtype: run.engine.dtype,
      batch_size: settings.batchTokens,
      device: run.engine.provider,
      limit: settings.limit,
      bootstrap_iters: 1000,
      random_seed: settings.seed,
    },
    date: Date.parse(run.startedAt) / 1000,
    model_source: 'evalharness',
    model_name: model.source,
    model_name_sanitized: sanitizedName(model.label),
    max_length: model.maxLength,
    total_evaluation_time_seconds: String(run.elapsedMs / 1000),
    evalharness: {
      version: run.harnessVersion,
      started_at: run.startedAt,
      is_complete: run.isComplete,
      ...(run.failure && { failure: run.failure.message }),
      model,
      engine: run.engine,
      settings,
      work,
      ties: each(tasks, ({ ties }) => ties),
      truncation: each(tasks, ({ truncation }) => truncation),
      ...(run.determinism && { determinism: run.determinism }),
    },
  }
}

/** A name that every file system takes; lm-eval `sanitize_model_name` does the same with `__`. */
export function sanitizedName(name: string): string {
  return withoutEnds(name.replace(/["<>:/|\\?*[\]\p{Cc}]+/gu, '__')) || 'model'
}

/** Without dots and spaces at its ends, which Windows drops and which make a name hidden or a folder above. */
function withoutEnds(name: string): string {
  let [start, end] = [0, name.length]
  while (start < end && '. '.includes(name[start]!)) start++
  while (end > start && '. '.includes(name[end - 1]!)) end--
  return name.slice(start, end)
}

function metricEntries(scores: readonly Score[]): Record<string, number | string> {
  const finite = (value: number) => (Number.isFinite(value) ? value : 'N/A')
  return Object.fromEntries(
    scores.flatMap(({ metric, value, standardError }) => [
      [`${metric},none`, finite(value)],
      [`${metric}_stderr,none`, finite(standardError)],
    ]),
  )
}
