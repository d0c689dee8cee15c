/** A task with its rows rendered: the input of every model. */
import type { DataOrigin, HubRows } from '../data/dataset.ts'
import type { Task } from '../task/define-task.ts'
import type { PromptFormat } from '../task/render/prompt-format.ts'
import type { Item } from '../task/request.ts'
import type { DataFiles } from './data-files.ts'

/** Which rows are scored, and how. */
export interface LoadTaskOptions {
  /** Few-shot examples: of every task, or by task name. */
  readonly shots?: number | Readonly<Record<string, number>>
  /** Seed of the random draw of few-shot examples; default 1234, as in lm-eval. */
  readonly fewshotSeed?: number
  /** First rows of each task and subset; below 1 a share of them. */
  readonly limit?: number
  /** Row indices by task or subset name; tasks that are not named are scored whole. */
  readonly samples?: Readonly<Record<string, readonly number[]>>
  /** Folder of local datasets. */
  readonly dataDir?: string
  readonly dataFiles?: DataFiles
  /** How prompts are written; plain if absent. */
  readonly format?: PromptFormat
}

/** The items of a task or of one of its subsets. */
export interface LoadedTaskPart {
  /** The name of its results. */
  readonly name: string
  readonly subset: string
  readonly items: readonly Item[]
  /** Rows of the dataset, of which `items` may be some; absent when it was not read to its end. */
  readonly rowCount?: number
  readonly origin: DataOrigin
  readonly shotsOrigin?: DataOrigin
  /** The hub's rows that the task is defined on, from a local copy or not; absent if the task has its own or a local file is given. */
  readonly hubRows?: HubRows
}

/** A task and its items. */
export interface LoadedTask {
  readonly task: Task
  readonly shotCount: number
  /** One, or one a subset. */
  readonly parts: readonly LoadedTaskPart[]
  /** Notices about the rows that matter for the scores. */
  readonly notices: readonly string[]
}
