/** The contract of a task plugin: one file, one `export default defineTask({ … })`. */
import type { z } from 'zod'

/** Where a task's rows come from: a repository of the hub, or a folder that comes with the task. */
export type DatasetSource = HubSource | FolderSource

/** Rows on the hub. */
export interface HubSource extends SourceFields {
  /** Dataset repository, `owner/name`. */
  readonly repo: string
  /** Commit, branch or tag; the default branch when absent. What it resolved to is recorded. */
  readonly revision?: string
}

/** Rows in files that lie with the task. */
export interface FolderSource extends SourceFields {
  /** The folder: what `--data-dir` is for other tasks. */
  readonly folder: string
}

interface SourceFields {
  /** Configuration in that repository; a task with subsets has one a subset instead. */
  readonly config?: string
  readonly split: string
  /** Path below `--data-dir` without its extension, with `{split}` and `{config}` filled in; when absent `NAME/{split}`, with subsets `NAME/{split}/{config}`. */
  readonly file?: string
  /** Rows that are asked when no limit is given: for a source without end, such as an encyclopedia. */
  readonly defaultLimit?: number
}

/** A metric of items with choices. */
export type ChoiceMetric = 'acc' | 'acc_norm' | 'acc_bytes' | 'acc_mutual_info'

/** A metric of texts. `token_perplexity` is exp of the mean NLL a token over all texts; `sentence_perplexity` the mean of each text's own. */
export type TextMetric = 'word_perplexity' | 'byte_perplexity' | 'bits_per_byte' | 'token_perplexity' | 'sentence_perplexity'

/** Any metric. */
export type Metric = ChoiceMetric | TextMetric

/** A benchmark of many datasets of one form, such as MMLU's subjects: each is scored alone, then pooled. */
export interface Subsets {
  /** Dataset configurations, in order. */
  readonly names: readonly string[]
  /** Groups of subsets, scored besides the whole; keys are appended to the task's name. */
  readonly groups: Readonly<Record<string, readonly string[]>>
  /** The task has more than these: no score stands for the whole of it. */
  readonly isPart?: boolean
}

interface TaskFields<Row> {
  readonly name: string
  /** Raised by whatever changes a score. */
  readonly version: number
  /** One line for `evalharness tasks`. */
  readonly summary?: string
  readonly dataset: DatasetSource
  /** Checks a row, and may transform it. */
  readonly row: z.ZodType<Row>
  readonly subsets?: Subsets
}

/** Which choice does the model find most likely? */
export interface ChoiceFields<Row> extends TaskFields<Row> {
  /** Stands once before the shots; lm-eval's `description`. `subset` is '' for a task without subsets. */
  readonly instruction?: (subset: string) => string
  /** The question, without trailing space; the space leads the choice. */
  readonly prompt: (row: Row) => string
  /** The choices, without leading space. */
  readonly choices: (row: Row) => readonly string[]
  /** Index of the right choice. */
  readonly gold: (row: Row) => number
  readonly metrics: readonly ChoiceMetric[]
  /**
   * Few-shot examples before the question: the first rows of `split`, for each item without its own row and rows of the same text. Without
   * it the task takes none.
   */
  readonly shots?: { readonly split: string; readonly defaultCount: number }
}

/** How likely does the model find a text? */
export interface TextFields<Row> extends TaskFields<Row> {
  /** What the model is asked to score. */
  readonly text: (row: Row) => string
  /** What words and bytes are counted in, when it is not the text itself. */
  readonly original?: (row: Row) => string
  readonly metrics: readonly TextMetric[]
}

/** Where a task is from. */
interface Loaded {
  /** The task file, as the user named it; absent for a built-in task. Set when the file is loaded. */
  readonly taskFile?: string
}

/** A task with choices. `Row` is erased where tasks of many kinds stand side by side. */
export interface ChoiceTask<Row = any> extends ChoiceFields<Row>, Loaded {
  readonly kind: 'choice'
}

/** A task of texts. */
export interface TextTask<Row = any> extends TextFields<Row>, Loaded {
  readonly kind: 'text'
}

export type Task = ChoiceTask | TextTask

/** A task from its fields; the rows' type follows from `row`. What has `choices` is a ChoiceTask. */
export function defineTask<Row>(fields: ChoiceFields<Row>): ChoiceTask<Row>
export function defineTask<Row>(fields: TextFields<Row>): TextTask<Row>
export function defineTask<Row>(fields: ChoiceFields<Row> | TextFields<Row>): ChoiceTask<Row> | TextTask<Row> {
  return 'choices' in fields ? { kind: 'choice', ...fields } : { kind: 'text', ...fields }
}
