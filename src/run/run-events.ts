/** The events of a run: plain data for a progress bar, a log or a page. */
import type { DeterminismRecord, RunRecord } from '../store/run-record.ts'
import type { TaskWork } from '../store/work-record.ts'

/** While one model is evaluated. */
export type EvaluationEvent =
  /** A notice about the checkpoint, prompts that were cut, or items without a response. */
  | { readonly kind: 'notice'; readonly message: string }
  /** Before the model's weights are read. */
  | { readonly kind: 'loading' }
  /** Before a task's first batch. */
  | { readonly kind: 'task-started'; readonly task: string; readonly requestCount: number }
  /** After each batch: the tokens that it computed, and the share of the task's requests that is done (0 to 1). */
  | { readonly kind: 'batch-scored'; readonly task: string; readonly tokensComputed: number; readonly doneShare: number }
  | { readonly kind: 'task-scored'; readonly work: TaskWork }

/**
 * During a run. `model` is the label of the model; null if the event is not about one. `isRepeat` marks the second scoring
 * of the determinism check.
 */
export type RunEvent =
  | (EvaluationEvent & { readonly model: string | null; readonly isRepeat: boolean })
  /** `resume` found this manifest: its file, the models and tasks in it, and its other options as the command line has them (`--limit 20`). */
  | {
      readonly kind: 'resumed'
      readonly file: string
      readonly models: readonly string[]
      readonly tasks: readonly string[]
      readonly others: readonly string[]
    }
  | { readonly kind: 'determinism-checked'; readonly model: string; readonly determinism: DeterminismRecord }
  /** The results of a model are on disk. */
  | { readonly kind: 'run-stored'; readonly model: string; readonly record: RunRecord; readonly resultsFile: string }

/** Called with each event, in order; must not throw. */
export type OnEvent<E> = (event: E) => void
