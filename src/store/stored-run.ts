/** A run read from disk, written by evalharness or lm-eval, or cited from a model card. Plain data. */
import type { ItemDivergence } from '../metrics/divergence/item-divergence.ts'
import type { ItemValue } from '../metrics/metric.ts'
import type { RollingBos } from '../plan/encode.ts'
import type { TruncationRecord } from './run-record.ts'

/** One item with its log-likelihoods. */
export interface StoredItem {
  readonly docId: number
  readonly promptHash: string
  readonly targetHash: string
  /** The right answer as a string; for choices its index. */
  readonly target: string
  /** By metric: 0 or 1 for accuracies; for perplexities a log-likelihood in nats and the number of units that it is spread over. */
  readonly values: Readonly<Record<string, ItemValue>>
  /** One per choice, in order; one for a text. */
  readonly requests: readonly StoredRequest[]
  /** From the distributions of the run's original; absent if they were not compared. */
  readonly divergence?: ItemDivergence
}

/** A context, a continuation and its log-likelihood. */
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
  /** lm-eval's filter that extracted the answer from generated text, such as `strict-match`; absent without one. */
  readonly filter?: string
}

/** Rows of a dataset on the hub, as `load_dataset` names them. */
export interface StoredDataset {
  readonly id: string
  readonly config: string | null
  readonly split: string | null
  /** Commit; null if the rows came from a local copy. */
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
  /** First rows that its run was limited to, below 1 a share of them; absent if it had no limit. */
  readonly limit?: number
  /** Absent if the file does not say, or the rows are not from the hub. */
  readonly dataset?: StoredDataset
  readonly scores: readonly StoredScore[]
  /** Items with equal best choices, by metric; absent if the file does not count them. */
  readonly ties?: Readonly<Record<string, number>>
  /** Prompts that were truncated to the window; absent if the file does not count them. */
  readonly truncation?: TruncationRecord
  /** The model that the items' divergences are from; absent without any. */
  readonly divergenceFrom?: { readonly label: string; readonly weightsHash: string | null }
  /** Null if no samples were stored. */
  readonly items: readonly StoredItem[] | null
  /** Why a metric's score or its items' values cannot be used, by metric. */
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

/** The model that was scored. Null if the file does not say. */
export interface StoredModel {
  readonly source: string
  readonly revision: string | null
  readonly architecture: string | null
  readonly parameterCount: number | null
  readonly weightsHash: string | null
  /** How the weights were quantized or adapted at load: `nf4, blocks of 64; adapter ./lora`; null for plain ones. */
  readonly weights: string | null
  readonly tokenizerHash: string | null
  readonly maxLength: number | null
}

/** A file of a run, and the tasks that are read from it. */
export interface RunSource {
  readonly file: string
  readonly tasks: readonly string[]
  /** Number of runs in its folder that have one of these tasks; absent if a file was given. */
  readonly newestOf?: number
}

/** How prompts were written. */
export interface StoredPrompting {
  /** sha256 of the chat template; null for plain prompts. */
  readonly chatTemplate: string | null
  /** sha256 of the system instruction; null for none. */
  readonly systemInstruction: string | null
  /** Null for plain prompts. */
  readonly fewshotAsMultiturn: boolean | null
}

/** One model on its tasks. */
export interface StoredRun {
  /** Computed from items, or cited from a card. */
  readonly kind: 'measured' | 'cited'
  /** Name in tables. */
  readonly label: string
  /** The file that it was read from; the newest of several. */
  readonly file: string
  /** All files that it was read from; absent for a card. */
  readonly sources?: readonly RunSource[]
  /** Tasks and groups of its folder that were not asked for and not read. */
  readonly unread?: readonly string[]
  /** Notes from reading the files. */
  readonly notes?: readonly string[]
  /** `evalharness 0.1.0`, `lm-eval 0.4.13`, or `model card`. */
  readonly tool: string
  /** ISO 8601. */
  readonly date: string | null
  /** False when the run was interrupted. */
  readonly isComplete: boolean
  /** Which tokens precede a text that is scored as a whole; absent for lm-eval's rule. */
  readonly rollingBos?: RollingBos
  /** Whether texts begin with bos; absent if the tokenizer decides. */
  readonly addBosToken?: boolean
  /** Absent for a card. */
  readonly prompting?: StoredPrompting
  readonly model: StoredModel
  readonly tasks: readonly StoredTask[]
  readonly groups: readonly StoredGroup[]
}
