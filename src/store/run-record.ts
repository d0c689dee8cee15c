/** The record of a run: its scores and everything that determines them, as plain data. */
import type { EngineInfo } from '../engine/engine.ts'
import type { DataOrigin, HubRows } from '../data/dataset.ts'
import type { RollingBos } from '../plan/encode.ts'
import type { WeightsRecord } from '../model/runnable/open-runnable.ts'
import type { DivergenceFigures } from '../metrics/divergence/figures.ts'
import type { Score, ScoredItem, TaskScores } from '../task/score-items.ts'
import type { WorkRecord } from './work-record.ts'

/** Prompts longer than the window, which were truncated at their beginning. */
export interface TruncationRecord {
  /** Truncated requests. */
  readonly requestCount: number
  /** Items with at least one such request. */
  readonly itemCount: number
  /** Most tokens that one request lost; 0 if none was truncated. */
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
  /** Rows of the dataset; null when it was not read to the end. */
  readonly rowCount: number | null
  readonly origin: DataOrigin
  /** Absent if the task has rows of its own or `--data` names a file. */
  readonly hubRows?: HubRows
  /** Items with equal best choices, by metric; none for texts. */
  readonly ties: Readonly<Partial<Record<Score['metric'], number>>>
  readonly truncation: TruncationRecord
  /** From the original's distributions; absent without `--divergence`. */
  readonly divergence?: DivergenceFigures
  readonly items: readonly ScoredItem[]
}

/** Scores of several subsets together. */
export interface GroupRecord extends TaskScores {
  readonly members: readonly string[]
  readonly shotCount: number
  readonly version: number
  /** As of a task. */
  readonly divergence?: DivergenceFigures
}

/** The model that a variant's distributions were compared with. */
export interface DivergenceOriginal {
  readonly label: string
  readonly source: string
  readonly weightsHash: string | null
}

/** The model that was scored. */
export interface ModelRecord {
  readonly label: string
  /** Folder or hub repository, as given. */
  readonly source: string
  /** Commit of a hub repository. */
  readonly revision: string | null
  /** Null if only a server knows. */
  readonly architecture: string | null
  /** Null as above. */
  readonly parameterCount: number | null
  /**
   * `hashWeights` of the weight files, and a hash over that and what was done to them at load, if anything was: so a folder with two settings has two.
   * Null when the run was interrupted before it was known, and if only a server has them.
   */
  readonly weightsHash: string | null
  /** How weights were quantized or adapted at load; null for plain ones. */
  readonly weights: WeightsRecord | null
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
  /** Between the two log-likelihoods of a request, in nats a scored token. */
  readonly largestDifference: number
  /** Items with an accuracy that differs. */
  readonly flipCount: number
  /** Equal best choices among them, summed over metrics. */
  readonly tieCount: number
}

/** How prompts were written; lm-eval's settings of these names. */
export interface PromptingRecord {
  /** Null for plain prompts. */
  readonly chatTemplate: { readonly text: string; /** Hexadecimal. */ readonly sha256: string } | null
  readonly systemInstruction: string | null
  /** Null for plain prompts. */
  readonly fewshotAsMultiturn: boolean | null
}

/** One model on all tasks. */
export interface RunRecord {
  /** ISO 8601. */
  readonly startedAt: string
  readonly elapsedMs: number
  /** False when the run was interrupted or failed; items without a response are left out. */
  readonly isComplete: boolean
  /** Why items have no response; absent if the user ended the run. */
  readonly failure?: { readonly message: string; readonly hint: string }
  readonly harnessVersion: string
  readonly model: ModelRecord
  readonly engine: EngineInfo
  readonly prompting: PromptingRecord
  readonly settings: {
    readonly limit: number | null
    readonly seed: number
    readonly batchTokens: number | 'auto'
    /** Which tokens precede a text that is scored as a whole. */
    readonly rollingBos: RollingBos
    /** Whether texts begin with bos; null if the tokenizer decides. */
    readonly addBosToken: boolean | null
  }
  readonly tasks: readonly TaskRecord[]
  readonly groups: readonly GroupRecord[]
  readonly work: WorkRecord
  /** Of a variant, with `--divergence`: the original, and the figures over all tasks, null if no item was compared. */
  readonly divergence?: { readonly original: DivergenceOriginal; readonly all: DivergenceFigures | null }
  /** With `--check-determinism`. */
  readonly determinism?: DeterminismRecord
}
