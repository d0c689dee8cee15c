/** Loads a task: reads and checks its rows, renders its prompts. The result is the same for every model. */
import { checkedRows } from '../data/checked-rows.ts'
import type { DataOrigin, Dataset, HubRows } from '../data/dataset.ts'
import { openDataset } from '../data/open-dataset.ts'
import { dataFileOf, type DataFiles } from './data-files.ts'
import { DatasetError, UsageError } from '../errors.ts'
import { openFewShotPool } from '../task/few-shot-pool.ts'
import { lookUp } from '../io/look-up.ts'
import type { QuestionTask, Task } from '../task/define-task.ts'
import { oddInstruction, oddRows, type PlacedQuestion } from '../task/odd-rows.ts'
import {
  itemTaskName,
  questionItem,
  renderInstruction,
  renderQuestion,
  renderText,
  taskLabel,
  type Question,
  type RowSource,
  type TaskRow,
} from '../task/render.ts'
import type { Item } from '../task/request.ts'

/** As in lm-eval. */
const DEFAULT_FEWSHOT_SEED = 1234

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

/**
 * Reads the rows of a task and renders them. Fails with DatasetError on missing, malformed or no rows, and with UsageError
 * if items would see their own answers.
 */
export async function loadTask(task: Task, options: LoadTaskOptions): Promise<LoadedTask> {
  const shotCount = shotsOf(task, options.shots)
  const loaded: LoadedPart[] = []
  for (const subset of task.subsets?.names ?? ['']) loaded.push(await loadPart(task, subset, shotCount, options))
  function* others(): Iterable<Question> {
    for (const part of loaded) yield* part.others()
  }
  const asked = loaded.flatMap(({ questions }) => questions)
  const label = taskLabel(task)
  const notices = [
    ...loaded.flatMap((part) => part.notices),
    ...oddInstruction(
      label,
      loaded.map(({ instruction }) => instruction),
    ),
    ...oddRows(label, task.taskFile === undefined, asked, others),
  ]
  return { task, shotCount, parts: loaded.map(({ part }) => part), notices }
}

/** The given number of few-shot examples, else the task's own. A number that the task cannot have is an error, not a silent zero. */
function shotsOf(task: Task, shots: LoadTaskOptions['shots']): number {
  const source = task.kind === 'text' ? undefined : task.shots
  const asked = typeof shots === 'object' ? lookUp(shots, task.name) : shots
  if (!source && asked) {
    throw new UsageError(
      `task ${task.name} takes no few-shot examples, --num-fewshot asks for ${asked}`,
      'Name the tasks that take them: --num-fewshot mmlu=5.',
    )
  }
  return asked ?? source?.defaultCount ?? 0
}

interface LoadedPart {
  readonly part: LoadedTaskPart
  /** The scored questions of a task with choices. */
  readonly questions: readonly PlacedQuestion[]
  /** Text before each example. */
  readonly instruction: string
  /** The other rows of the file, as far as they can be rendered. */
  readonly others: () => Iterable<Question>
  readonly notices: readonly string[]
}

async function loadPart(task: Task, subset: string, shotCount: number, options: LoadTaskOptions): Promise<LoadedPart> {
  const name = itemTaskName(task, subset)
  const fileOf = (split: string) => dataFileOf(task, subset, split, options.dataFiles, options.dataDir)
  const open = async (split: string) => {
    const dataFile = await fileOf(split)
    return openDataset({
      taskName: task.name,
      dataset: task.dataset,
      split,
      ...(subset !== '' && { config: subset, isSubset: true }),
      ...(options.dataDir !== undefined && { dataDir: options.dataDir }),
      ...(dataFile !== undefined && { dataFile }),
    })
  }
  const shotsDataset = task.kind !== 'text' && task.shots && shotCount > 0 ? await open(task.shots.split) : undefined
  const dataset = await open(task.dataset.split)
  if (shotsDataset && task.kind !== 'text') refuseSameRows(task, name, shotsDataset.origin, dataset.origin)
  const { rows, rowCount } = await readRows(task, dataset, options)
  const chosen = chooseRows(rows, name, task.name, limitOf(task, options), options.samples)
  if (chosen.length === 0) throw new DatasetError(`${sourceName(dataset)} gives no rows for task ${name}`, 'Check the file, --limit and --samples.')
  const rendered =
    task.kind === 'text'
      ? {
          items: chosen.map((row) => renderText({ task, subset, source: sourceName(dataset) }, row)),
          questions: [],
          instruction: '',
          others: () => [],
          notices: [],
        }
      : await renderQuestions(task, subset, { shotCount, ...options }, { dataset, shotsDataset, rows, chosen })
  const { items, ...rest } = rendered
  const hubRows = (await fileOf(task.dataset.split)) === undefined ? hubRowsOf(task, subset) : undefined
  const part = {
    name,
    subset,
    items,
    ...(rowCount !== undefined && { rowCount }),
    origin: dataset.origin,
    ...(shotsDataset && { shotsOrigin: shotsDataset.origin }),
    ...(hubRows && { hubRows }),
  }
  return { part, ...rest }
}

function hubRowsOf({ dataset }: Task, subset: string): HubRows | undefined {
  return 'repo' in dataset ? { repo: dataset.repo, config: subset === '' ? (dataset.config ?? null) : subset, split: dataset.split } : undefined
}

/** Rows of a task with choices: of its dataset all and those to score, and the dataset of its few-shot examples. */
interface QuestionRows {
  readonly dataset: Dataset
  readonly shotsDataset: Dataset | undefined
  readonly rows: readonly TaskRow[]
  readonly chosen: readonly TaskRow[]
}

/** The questions that are chosen, each with few-shot examples. */
async function renderQuestions(
  task: QuestionTask,
  subset: string,
  { shotCount, fewshotSeed = DEFAULT_FEWSHOT_SEED }: { readonly shotCount: number; readonly fewshotSeed?: number },
  { dataset, shotsDataset, rows, chosen }: QuestionRows,
): Promise<Omit<LoadedPart, 'part'> & { readonly items: readonly Item[] }> {
  const source = { task, subset, source: sourceName(dataset) }
  const questions = chosen.map((row) => ({ question: renderQuestion(source, row), place: `${source.source}, row ${row.rowIndex}` }))
  await using pool = shotsDataset
    ? await openFewShotPool({
        name: itemTaskName(task, subset),
        split: task.shots!.split,
        count: shotCount,
        sampler: task.shots!.sampler ?? 'default',
        seed: fewshotSeed,
        isScoredSplit: task.shots!.split === task.dataset.split,
        leavesItemOut: task.shots!.leavesItemOut ?? task.shots!.split === task.dataset.split,
        rows: checkedRows(shotsDataset, task.row, taskLabel(task)),
        render: (row) => renderQuestion({ task, subset, source: sourceName(shotsDataset) }, row),
      })
    : undefined
  const instruction = renderInstruction(source)
  const items: Item[] = []
  for (const [index, row] of chosen.entries()) {
    const { question } = questions[index]!
    items.push(questionItem(source, row, question, { instruction, examples: (await pool?.draw(question, row)) ?? [] }))
  }
  const asked = new Set(chosen)
  function* others(): Iterable<Question> {
    for (const row of rows) if (!asked.has(row)) yield* renderedIfPossible(source, row)
  }
  return { items, questions, instruction, others, notices: pool?.notices() ?? [] }
}

/** Rows that are not scored may be invalid. */
function renderedIfPossible(source: RowSource<QuestionTask>, row: TaskRow): Question[] {
  try {
    return [renderQuestion(source, row)]
  } catch {
    return []
  }
}

/** Fails with DatasetError if both splits have the same content: few-shot examples and scored rows were mixed up. Partly equal splits are handled item by item. */
function refuseSameRows(task: QuestionTask, name: string, shots: DataOrigin, scored: DataOrigin): void {
  if (task.shots!.split === task.dataset.split || shots.kind !== 'file' || scored.kind !== 'file' || shots.sha256 !== scored.sha256) return
  const files = shots.path === scored.path ? `are both ${scored.path}` : `have the same contents: ${shots.path} and ${scored.path}`
  throw new DatasetError(
    `task ${name}: the few-shot split ${task.shots!.split} and the scored split ${task.dataset.split} ${files}`,
    `Give other rows for one of them (--data ${name}:${task.shots!.split}=FILE), or score without examples: --num-fewshot 0.`,
  )
}

function limitOf(task: Task, options: LoadTaskOptions): number | undefined {
  return options.limit ?? (options.samples ? undefined : task.dataset.defaultLimit)
}

/** Checked rows of the dataset; an endless source is read only as far as the limit, and has no row count then. */
async function readRows(task: Task, dataset: Dataset, options: LoadTaskOptions): Promise<{ readonly rows: readonly TaskRow[]; readonly rowCount?: number }> {
  const limit = limitOf(task, options)
  const rows: TaskRow[] = []
  for await (const row of checkedRows(dataset, task.row, taskLabel(task))) {
    if (task.dataset.defaultLimit !== undefined && limit !== undefined && limit >= 1 && rows.length >= limit) return { rows }
    rows.push(row)
  }
  return { rows, rowCount: rows.length }
}

function sourceName({ origin }: Dataset): string {
  return origin.kind === 'file' ? origin.path : `${origin.repo} ${origin.split}`
}

function chooseRows(
  rows: readonly TaskRow[],
  name: string,
  taskName: string,
  limit: number | undefined,
  samples: LoadTaskOptions['samples'],
): readonly TaskRow[] {
  const wanted = lookUp(samples, name) ?? lookUp(samples, taskName)
  if (wanted) {
    return wanted.map((index) => {
      const row = rows[index]
      if (!row) throw new UsageError(`--samples asks for row ${index} of ${name}, which has ${rows.length}`, 'Rows count from 0.')
      return row
    })
  }
  if (limit === undefined) return rows
  return rows.slice(0, limit < 1 ? Math.ceil(rows.length * limit) : limit)
}
