/** A task made ready to be asked: its rows read and checked, its prompts rendered. The same for every model. */
import { checkedRows } from './data/checked-rows.ts'
import { openDataset, type DataOrigin, type HubRows } from './data/dataset.ts'
import { DatasetError, UsageError } from './errors.ts'
import type { Task } from './task/define-task.ts'
import { itemTaskName, renderItem, type TaskRow } from './task/render.ts'
import type { Item } from './task/request.ts'

/** What decides which rows are asked, and how. */
export interface SuiteOptions {
  /** Worked examples: of every task, or by task name. */
  readonly shots?: number | Readonly<Record<string, number>>
  /** First rows of each task and subset; below 1 a share of them. */
  readonly limit?: number
  /** Row indices by task or subset name; tasks that are not named are asked whole. */
  readonly samples?: Readonly<Record<string, readonly number[]>>
  /** Folder of local datasets. */
  readonly dataDir?: string
  /** Local file or folder by task name. */
  readonly dataFiles?: Readonly<Record<string, string>>
}

/** The items of a task or of one of its subsets. */
export interface SuitePart {
  /** The name under which its results stand. */
  readonly name: string
  readonly subset: string
  readonly items: readonly Item[]
  /** Rows of the dataset, of which `items` may be some; absent when it was not read to its end. */
  readonly rowCount?: number
  readonly origin: DataOrigin
  readonly shotsOrigin?: DataOrigin
  /** The hub's rows that the task is defined on, from a local copy or not; absent where the task brings its own or the user names a file. */
  readonly hubRows?: HubRows
}

/** A task and its items. */
export interface Suite {
  readonly task: Task
  readonly shotCount: number
  /** One, or one a subset. */
  readonly parts: readonly SuitePart[]
}

/** Reads the rows of a task and renders them. Fails with DatasetError on missing, malformed or no rows. */
export async function loadSuite(task: Task, options: SuiteOptions): Promise<Suite> {
  const shotCount = shotsOf(task, options.shots)
  const parts: SuitePart[] = []
  for (const subset of task.subsets?.names ?? ['']) parts.push(await loadPart(task, subset, shotCount, options))
  return { task, shotCount, parts }
}

/** What was asked for, else the task's own number. A number that a task cannot follow is an error, not a silent zero. */
function shotsOf(task: Task, shots: SuiteOptions['shots']): number {
  const source = task.kind === 'choice' ? task.shots : undefined
  const asked = typeof shots === 'object' ? shots[task.name] : shots
  if (!source && asked) {
    throw new UsageError(`task ${task.name} takes no worked examples, --num-fewshot asks for ${asked}`, 'Name the tasks that take them: --num-fewshot mmlu=5.')
  }
  return asked ?? source?.defaultCount ?? 0
}

async function loadPart(task: Task, subset: string, shotCount: number, options: SuiteOptions): Promise<SuitePart> {
  const name = itemTaskName(task, subset)
  const open = (split: string) =>
    openDataset({
      taskName: task.name,
      dataset: task.dataset,
      split,
      ...(subset !== '' && { config: subset }),
      ...(options.dataDir !== undefined && { dataDir: options.dataDir }),
      ...(options.dataFiles?.[task.name] !== undefined && { dataFile: options.dataFiles[task.name]! }),
    })
  const shotsDataset = task.kind === 'choice' && task.shots && shotCount > 0 ? await open(task.shots.split) : undefined
  const shots = shotsDataset ? await firstRows(checkedRows(shotsDataset, task.row), shotCount) : []
  if (shots.length < shotCount)
    throw new UsageError(`task ${name} has ${shots.length} worked examples, ${shotCount} are asked for`, `Give --num-fewshot ${shots.length} or fewer.`)
  const dataset = await open(task.dataset.split)
  const limit = options.limit ?? (options.samples ? undefined : task.dataset.defaultLimit)
  const rows: TaskRow[] = []
  let rowCount: number | undefined = 0
  for await (const row of checkedRows(dataset, task.row)) {
    // A source without end is not read further than it is asked.
    if (task.dataset.defaultLimit !== undefined && limit !== undefined && limit >= 1 && rowCount >= limit) {
      rowCount = undefined
      break
    }
    rows.push(row)
    rowCount++
  }
  const chosen = chooseRows(rows, name, task.name, limit, options.samples)
  const source = dataset.origin.kind === 'file' ? dataset.origin.path : `${dataset.origin.repo} ${dataset.origin.split}`
  if (chosen.length === 0) throw new DatasetError(`${source} gives no rows for task ${name}`, 'Check the file, --limit and --samples.')
  const items = chosen.map((row) => renderItem({ task, subset, shots: shots.map((shot) => shot.row), source }, row))
  const hubRows = options.dataFiles?.[task.name] === undefined ? hubRowsOf(task, subset) : undefined
  return {
    name,
    subset,
    items,
    ...(rowCount !== undefined && { rowCount }),
    origin: dataset.origin,
    ...(shotsDataset && { shotsOrigin: shotsDataset.origin }),
    ...(hubRows && { hubRows }),
  }
}

function hubRowsOf({ dataset }: Task, subset: string): HubRows | undefined {
  return 'repo' in dataset ? { repo: dataset.repo, config: subset === '' ? (dataset.config ?? null) : subset, split: dataset.split } : undefined
}

async function firstRows(rows: AsyncIterable<TaskRow>, count: number): Promise<TaskRow[]> {
  const first: TaskRow[] = []
  for await (const row of rows) {
    if (first.length === count) break
    first.push(row)
  }
  return first
}

function chooseRows(rows: readonly TaskRow[], name: string, taskName: string, limit: number | undefined, samples: SuiteOptions['samples']): readonly TaskRow[] {
  const wanted = samples?.[name] ?? samples?.[taskName]
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
