/** A run as it is read back from disk, whoever wrote it: evalharness, lm-eval, or a model card whose scores are only cited. Plain data. */
import type { ItemValue } from '../metrics/metric.ts'
import type { RollingBos } from '../plan/encode.ts'
import type { TruncationRecord } from './run-record.ts'

/** One item with its answers. */
export interface StoredItem {
  readonly docId: number
  readonly promptHash: string
  readonly targetHash: string
  /** The right answer as text; for choices the index. */
  readonly target: string
  /** By metric: 0 or 1 for accuracies; for perplexities a log-likelihood in nats and the number of units that it is spread over. */
  readonly values: Readonly<Record<string, ItemValue>>
  /** What was asked, in order: one a choice, one for a text. */
  readonly requests: readonly StoredRequest[]
}

/** A context, a continuation and the model's answer. */
export interface StoredRequest {
  /** The text itself for a perplexity. */
  readonly context: string
  readonly continuation: string
  readonly logProb: number
}

/** A figure of a task or group. */
export interface StoredScore {
  readonly metric: string
  /** Accuracies as shares from 0 to 1. */
  readonly value: number
  readonly standardError: number | null
  /** What made the answer of what the model said, where lm-eval's task has such a filter: `strict-match`. */
  readonly filter?: string
}

/** Rows of a dataset of the hub, as `load_dataset` names them. */
export interface StoredDataset {
  readonly id: string
  readonly config: string | null
  readonly split: string | null
  /** Commit; null where the rows came from a local copy. */
  readonly revision: string | null
}

/** One task, or one subset of a task. */
export interface StoredTask {
  readonly name: string
  readonly version: string | null
  readonly shotCount: number | null
  /** Items that were scored. */
  readonly itemCount: number | null
  /** Rows of the split. */
  readonly rowCount: number | null
  /** Absent where the writer did not say, or the rows are not the hub's. */
  readonly dataset?: StoredDataset
  readonly scores: readonly StoredScore[]
  /** Items with equal best choices, by metric; absent where the writer did not count them. */
  readonly ties?: Readonly<Record<string, number>>
  /** Prompts that were cut to the window; absent where the writer did not count them. */
  readonly truncation?: TruncationRecord
  /** Null where no samples were stored. */
  readonly items: readonly StoredItem[] | null
  /** Why a metric's figure or its items' values cannot be used, by metric. */
  readonly problems?: Readonly<Record<string, string>>
}

/** Several subsets together. */
export interface StoredGroup {
  readonly name: string
  readonly version: string | null
  readonly shotCount: number | null
  readonly scores: readonly StoredScore[]
  /** Names of tasks, not of groups. */
  readonly members: readonly string[]
  /** As of a task. */
  readonly problems?: Readonly<Record<string, string>>
}

/** Which model it was. Null where the writer did not say. */
export interface StoredModel {
  readonly source: string
  readonly revision: string | null
  readonly architecture: string | null
  readonly parameterCount: number | null
  readonly weightsHash: string | null
  /** How the weights were run, where not as they were trained: `nf4, blocks of 64; adapter ./lora`. */
  readonly variant: string | null
  readonly tokenizerHash: string | null
  readonly maxLength: number | null
}

/** A file of a run, and what is taken from it. */
export interface RunSource {
  readonly file: string
  readonly tasks: readonly string[]
  /** Runs of its folder with tasks of it, where a folder was given. */
  readonly newestOf?: number
}

/** One model on its tasks. */
export interface StoredRun {
  /** Scores that were computed from items, or that stand in a card. */
  readonly kind: 'measured' | 'cited'
  /** How tables call it. */
  readonly label: string
  /** The file that it was read from; the newest of several. */
  readonly file: string
  /** All files that it was read from; absent for a card. */
  readonly sources?: readonly RunSource[]
  /** What a reader must know of how it was read. */
  readonly notes?: readonly string[]
  /** `evalharness 0.1.0`, `lm-eval 0.4.13`, or `model card`. */
  readonly tool: string
  /** ISO 8601. */
  readonly date: string | null
  /** False when the run was interrupted. */
  readonly isComplete: boolean
  /** First rows of each task, below 1 a share of them; absent where the run had no limit. */
  readonly limit?: number
  /** How texts that are scored as a whole begin; absent for what is as in lm-eval. */
  readonly rollingBos?: RollingBos
  readonly model: StoredModel
  readonly tasks: readonly StoredTask[]
  readonly groups: readonly StoredGroup[]
}
