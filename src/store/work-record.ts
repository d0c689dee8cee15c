/** How much work a run was: tokens, time and memory. */

/** The engine's work for one task. */
export interface TaskWork {
  readonly task: string
  /** Tokens of all sequences, each on its own; null when the run was interrupted before they were counted. */
  readonly tokensAsked: number | null
  /** Nodes of the trie of all sequences: the least that has to be computed. Null as above. */
  readonly tokensDistinct: number | null
  readonly tokensComputed: number
  /** Layers × tokens of all sequences, each on its own. Null as above, and if the engine does not know its layers. */
  readonly layerPassesAsked: number | null
  /** The same of the trie of tokens, without layers that a model before this one in the run computes for both. Null as above. */
  readonly layerPassesDistinct: number | null
  /** Layers × tokens that were computed for this model; what models share counts for the first of them. Null as above. */
  readonly layerPassesComputed: number | null
  /** Sequences that were answered from the cache. */
  readonly cachedCount: number
  /** Floating-point operations of the matrix products that were computed; 0 if the engine does not know them. */
  readonly operations: number
  /** Wall time of the engine in milliseconds. If several models were computed together: this one's part of it, by its operations. */
  readonly engineMs: number
  /** Milliseconds that making the tokens took, most of it beside loading and computing; for models that share tokens, once. Null as above. */
  readonly encodingMs: number | null
  /** Peak GEMM rate for the model's shapes in operations per second, measured during the run up to the task's end; null if it was not. */
  readonly peakGemmRate: number | null
}

/** The work of a run, by task, and the time of each stage. */
export interface WorkRecord extends Omit<TaskWork, 'task' | 'engineMs'> {
  readonly tasks: readonly TaskWork[]
  /** Milliseconds from the start of the run to its first scores, loading included; null if there were none. */
  readonly firstScoreMs: number | null
  /** The most memory that the program and the engine have held, in bytes. */
  readonly peakBytes: number
  /** Wall time in milliseconds that the run waited for each stage. `roofline` is measuring the machine. */
  readonly elapsedMs: Readonly<Record<'load' | 'tokenize' | 'plan' | 'engine' | 'roofline' | 'record', number>>
}

/** Distinct tokens ÷ tokens computed: 1 if nothing is computed twice. Null for an interrupted run. */
export function tokenEfficiency({ tokensDistinct, tokensComputed }: Pick<TaskWork, 'tokensDistinct' | 'tokensComputed'>): number | null {
  return tokensDistinct === null || tokensComputed === 0 || tokensComputed < tokensDistinct ? null : tokensDistinct / tokensComputed
}

/** Operations per second while the engine worked ÷ the peak GEMM rate; null if either is unknown. */
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
    layerPassesAsked: total(({ layerPassesAsked }) => layerPassesAsked),
    layerPassesDistinct: total(({ layerPassesDistinct }) => layerPassesDistinct),
    layerPassesComputed: total(({ layerPassesComputed }) => layerPassesComputed),
    cachedCount: total(({ cachedCount }) => cachedCount)!,
    operations: total(({ operations }) => operations)!,
    encodingMs: total(({ encodingMs }) => encodingMs),
    peakGemmRate: tasks.at(-1)?.peakGemmRate ?? null,
    tasks,
    ...whole,
  }
}
