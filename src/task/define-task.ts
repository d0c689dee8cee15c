/** The contract of a task plugin: one file, one `export default defineTask({ … })`. */
import type { z } from 'zod'
import type { ChoiceMetricName, MetricName, TextMetricName } from '../metrics/registry.ts'

/** Where a task's rows come from: a repository of the hub, or a folder that comes with the task. */
export type DatasetSource = HubSource | FolderSource

/** Rows on the hub. */
export interface HubSource extends SourceFields {
  /** Dataset repository, `owner/name`. */
  readonly repo: string
  /** Commit, branch or tag; the default branch when absent. What it resolved to is recorded. */
  readonly revision?: string
}

/** Rows in files beside the task. */
export interface FolderSource extends SourceFields {
  /** The folder: what `--data-dir` is for other tasks. */
  readonly folder: string
}

interface SourceFields {
  /** Configuration in that repository; a task with subsets has one a subset instead. */
  readonly config?: string
  readonly split: string
  /** Path below `--data-dir` without extension; `{split}` and `{config}` are filled in. Default: `NAME/{split}`, with subsets `NAME/{split}/{config}`. */
  readonly file?: string
  /** Number of rows to score when no limit is given: for a dataset too large to score whole, such as an encyclopedia. */
  readonly defaultLimit?: number
}

/** A benchmark of many datasets of one form, such as MMLU's subjects: each is scored alone, then pooled. */
export interface Subsets {
  /** Dataset configurations, in order. */
  readonly names: readonly string[]
  /** Groups of subsets, each with a score of its own besides the whole; keys are appended to the task's name. */
  readonly groups: Readonly<Record<string, readonly string[]>>
  /** The configuration of the hub repository that holds the rows of all subsets; cards name it. */
  readonly wholeConfig?: string
  /** The task has more subsets than these, so it has no score of the whole. */
  readonly isPart?: boolean
}

/**
 * Facts about a benchmark that comparisons and cards state beside its scores. Those of the tasks in tasks/ are used wherever a stored run or a card
 * names the task.
 */
export interface Benchmark {
  /** How papers and cards call it; its own name if absent. */
  readonly title?: string
  /** The metric that it is reported by; if absent, accuracy normalized by length if the task has it, else plain accuracy. */
  readonly mainMetric?: MetricName
  /** Rows of the whole split. */
  readonly rowCount?: number
  /** What guessing scores, as shares; absent for texts. */
  readonly chance?: BenchmarkChance
  /** What a model with a good score can be used for, one line each in a card. */
  readonly uses?: readonly string[]
}

/** What guessing scores on the whole split. */
export interface BenchmarkChance {
  /** Mean over rows of 1 ÷ the number of choices. */
  readonly uniform: number
  /** Share of the most frequent answer if answers are classes such as no and yes; null if choices are letters or positions. */
  readonly majority: number | null
}

interface TaskFields<Row> {
  readonly name: string
  /** Increase it with every change that changes a score. */
  readonly version: number
  /** One line for `evalharness tasks`. */
  readonly summary?: string
  readonly dataset: DatasetSource
  /** Checks a row, and may transform it. */
  readonly row: z.ZodType<Row>
  readonly subsets?: Subsets
  readonly benchmark?: Benchmark
}

/** What questions of both forms have. */
interface QuestionFields<Row> extends TaskFields<Row> {
  /** Comes once before the few-shot examples; lm-eval's `description`. `subset` is '' for a task without subsets. */
  readonly instruction?: (subset: string) => string
  /** Index of the right choice. */
  readonly gold: (row: Row) => number
  /** Few-shot examples before the question, never the item's own row or rows of the same text. A task without this field takes none. */
  readonly shots?: FewShotSettings
}

/** Which choice does the model find most likely? */
export interface ChoiceFields<Row> extends QuestionFields<Row> {
  /** The question, without trailing space; the space leads the choice. */
  readonly prompt: (row: Row) => string
  /** The choices, without leading space. */
  readonly choices: (row: Row) => readonly string[]
  readonly metrics: readonly ChoiceMetricName[]
}

/** After which of several contexts does the model find one text most likely? lm-eval's `multiple_input`, the form of Winograd schemas. */
export interface SchemaFields<Row> extends QuestionFields<Row> {
  /** The contexts to choose from, without trailing space. */
  readonly contexts: (row: Row) => readonly string[]
  /** The text after each of them, without leading space. */
  readonly continuation: (row: Row) => string
  /** Normalizing by the length of choices has no meaning here. */
  readonly metrics: readonly 'acc'[]
}

/** How few-shot examples are chosen, by lm-eval's names: `default` draws at random, `first_n` takes the first rows of the split. */
export const FEW_SHOT_SAMPLERS = ['default', 'first_n'] as const
export type FewShotSampler = (typeof FEW_SHOT_SAMPLERS)[number]

/** Where the few-shot examples of a task come from. */
export interface FewShotSettings {
  readonly split: string
  /** Examples for each item if `--num-fewshot` is not given. */
  readonly defaultCount: number
  /** Default: `default`. */
  readonly sampler?: FewShotSampler
  /**
   * The random draw takes one example more and leaves out the item's own row, by which the draws after it differ. Default: whether `split` is the scored
   * one. lm-eval does so if `fewshot_split` and `test_split` of its YAML are equal, also if both are absent (`api/task.py` `fewshot_context`).
   */
  readonly leavesItemOut?: boolean
}

/** How likely does the model find a text? */
export interface TextFields<Row> extends TaskFields<Row> {
  /** The text to score. */
  readonly text: (row: Row) => string
  /** The text in which words and bytes are counted, when it is not the scored one. */
  readonly referenceText?: (row: Row) => string
  readonly metrics: readonly TextMetricName[]
}

/** Where a task is from. */
interface Loaded {
  /** Path of the task file as `--task-file` gave it; absent for a built-in task. Set when the file is loaded. */
  readonly taskFile?: string
}

/** A task with choices. `Row` is erased in lists of tasks. */
export interface ChoiceTask<Row = any> extends ChoiceFields<Row>, Loaded {
  readonly kind: 'choice'
}

/** A task with contexts to choose from. */
export interface SchemaTask<Row = any> extends SchemaFields<Row>, Loaded {
  readonly kind: 'schema'
}

/** A task whose items have one right answer among several. */
export type QuestionTask = ChoiceTask | SchemaTask

/** A task of texts. */
export interface TextTask<Row = any> extends TextFields<Row>, Loaded {
  readonly kind: 'text'
}

export type Task = QuestionTask | TextTask

/** A task from its fields; the rows' type follows from `row`. What has `choices` is a ChoiceTask, what has `contexts` a SchemaTask. */
export function defineTask<Row>(fields: ChoiceFields<Row>): ChoiceTask<Row>
export function defineTask<Row>(fields: SchemaFields<Row>): SchemaTask<Row>
export function defineTask<Row>(fields: TextFields<Row>): TextTask<Row>
export function defineTask<Row>(fields: ChoiceFields<Row> | SchemaFields<Row> | TextFields<Row>): Task {
  if ('choices' in fields) return { kind: 'choice', ...fields }
  return 'contexts' in fields ? { kind: 'schema', ...fields } : { kind: 'text', ...fields }
}
