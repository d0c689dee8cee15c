/** The contract of a task plugin: one file, one `export default defineTask({ … })`. */
import type { z } from 'zod'
import type { Pooling } from '../metrics/pooling.ts'
import type { ChoiceMetricName, MetricName, RollingMetricName, TextMetricName } from '../metrics/registry.ts'
import type { FewShotSettings } from './few-shot-settings.ts'

/** Where a task's rows come from: a repository of the hub, or a folder that comes with the task. */
export type DatasetSource = HubSource | FolderSource

/** Rows on the hub. */
export interface HubSource extends SourceFields {
  /** Dataset repository, `owner/name`. */
  readonly repo: string
  /** Commit, branch or tag; the default branch when absent. What it resolved to is recorded. */
  readonly revision?: string
  /** Paths of the files in the repository by split; found by the layout of the repository when absent. */
  readonly files?: Readonly<Record<string, string>>
}

/** Rows in files beside the task. */
export interface FolderSource extends SourceFields {
  /** The folder: what `--data-dir` is for other tasks; it does not count for this one. */
  readonly folder: string
  /** Paths of the files by split, if they are not named after the splits. */
  readonly files?: Readonly<Record<string, string>>
  /** The folder is untrusted input: a file that is a link out of it is refused. */
  readonly isUntrusted?: boolean
}

interface SourceFields {
  /**
   * What a row of a local text file is: a sentence, which is a line without the white space around it (default), or a document, which is a whole `.txt`
   * file. In WikiText's own format, `.raw`, a row is then a line with its line break, or empty, as in the datasets on the hub.
   */
  readonly textRows?: 'sentences' | 'document'
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
  /** How the whole and its groups weigh the subsets; default: by their items. lm-eval's `weight_by_size`. */
  readonly pooling?: Pooling
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

/** What tasks have that put a text before the one that they score. */
interface PromptedFields<Row> extends TaskFields<Row> {
  /** Comes once before the few-shot examples; lm-eval's `description`. `subset` is '' for a task without subsets. */
  readonly instruction?: (subset: string, row: Row) => string
  /** Between a question and its answer; default: a space. lm-eval's `target_delimiter`. */
  readonly targetDelimiter?: string
  /** How each answer begins: it follows the question, and what is scored follows it. lm-eval's `gen_prefix`. */
  readonly answerPrefix?: (row: Row) => string
  /** Few-shot examples before the question, never the item's own row or rows of the same text. A task without this field takes none. */
  readonly shots?: FewShotSettings<Row>
  /** White space at the ends of prompts and choices is intended, so it is neither an error nor noted. */
  readonly keepsWhiteSpace?: boolean
}

/** Which answer is right: the index of a choice, its text, or its letter if no choice has that text; a list if several are right. */
export type Gold = number | string | readonly (number | string)[]

/** What questions of both forms have. */
interface QuestionFields<Row> extends PromptedFields<Row> {
  readonly gold: (row: Row) => Gold
}

/** Which choice does the model find most likely? */
export interface ChoiceFields<Row> extends QuestionFields<Row> {
  /** The question, without trailing space; the space leads the choice. Null if the choices are whole texts, as in BLiMP. */
  readonly prompt: ((row: Row) => string) | null
  /** The choices, without leading space; their number may differ by row. */
  readonly choices: (row: Row) => readonly string[]
  /** What is recorded as the item's target; default: what `gold` returns. */
  readonly target?: (row: Row) => string
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

/** How likely is a text after another one, and does the model write it by itself? lm-eval's `loglikelihood`, the form of LAMBADA. */
export interface TextFields<Row> extends PromptedFields<Row> {
  /** The text before; null if there is none. */
  readonly prompt: ((row: Row) => string) | null
  /** The text to score, with its leading space: nothing comes in between. As in lm-eval, examples have `targetDelimiter` there. */
  readonly continuation: (row: Row) => string
  readonly metrics: readonly TextMetricName[]
}

/** How likely does the model find a whole text, in windows? lm-eval's `loglikelihood_rolling`, the form of WikiText. */
export interface RollingFields<Row> extends TaskFields<Row> {
  /** The text to score. */
  readonly text: (row: Row) => string
  /** The text in which words and bytes are counted, when it is not the scored one. */
  readonly referenceText?: (row: Row) => string
  readonly metrics: readonly RollingMetricName[]
}

/**
 * How likely does the model find one long text? The texts of all rows are joined and tokenized once, and cut into windows that share no tokens; each
 * window is an item. The tokens after the last whole window are left out.
 */
export interface CorpusFields<Row> extends TaskFields<Row> {
  /** What a row adds to the text; may be empty. */
  readonly text: (row: Row) => string
  /** Between the texts of two rows. */
  readonly separator: string
  /** Tokens of a window if `--max-length` is not given; fewer if the model's window is shorter. */
  readonly windowLength: number
  /** Words and bytes of a window are not counted. */
  readonly metrics: readonly 'token_perplexity'[]
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

/** A task of one continuation a row. */
export interface TextTask<Row = any> extends TextFields<Row>, Loaded {
  readonly kind: 'text'
}

/** A task that puts a text before the one that it scores, and so takes few-shot examples. */
export type PromptedTask = QuestionTask | TextTask

/** A task of whole texts. */
export interface RollingTask<Row = any> extends RollingFields<Row>, Loaded {
  readonly kind: 'rolling'
}

/** A task of one long text. */
export interface CorpusTask<Row = any> extends CorpusFields<Row>, Loaded {
  readonly kind: 'corpus'
}

export type Task = PromptedTask | RollingTask | CorpusTask

/** Whether a task puts a text before the one that it scores. */
export function isPrompted(task: Task): task is PromptedTask {
  return task.kind !== 'rolling' && task.kind !== 'corpus'
}

/** Any task's fields. */
type Fields<Row> = ChoiceFields<Row> | SchemaFields<Row> | TextFields<Row> | RollingFields<Row> | CorpusFields<Row>

/**
 * A task from its fields; the rows' type follows from `row`. `choices` make a ChoiceTask, `contexts` a SchemaTask, a `separator` a CorpusTask, `text`
 * alone a RollingTask, and a `continuation` alone a TextTask.
 */
export function defineTask<Row>(fields: ChoiceFields<Row>): ChoiceTask<Row>
export function defineTask<Row>(fields: SchemaFields<Row>): SchemaTask<Row>
export function defineTask<Row>(fields: TextFields<Row>): TextTask<Row>
export function defineTask<Row>(fields: CorpusFields<Row>): CorpusTask<Row>
export function defineTask<Row>(fields: RollingFields<Row>): RollingTask<Row>
export function defineTask<Row>(fields: Fields<Row>): Task {
  if ('choices' in fields) return { kind: 'choice', ...fields }
  if ('contexts' in fields) return { kind: 'schema', ...fields }
  if ('separator' in fields) return { kind: 'corpus', ...fields }
  return 'continuation' in fields ? { kind: 'text', ...fields } : { kind: 'rolling', ...fields }
}

/** The split that the few-shot examples come from; undefined for a task that takes none, or has its own. */
export function fewShotSplit(task: Task): string | undefined {
  return isPrompted(task) && task.shots && 'split' in task.shots ? task.shots.split : undefined
}
