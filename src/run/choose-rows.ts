/** Reads the rows of a dataset and chooses those that are scored. */
import { checkedRows } from '../data/checked-rows.ts'
import type { Dataset } from '../data/dataset.ts'
import { UsageError } from '../errors.ts'
import { lookUp } from '../io/look-up.ts'
import type { Task } from '../task/define-task.ts'
import { taskLabel, type TaskRow } from '../task/render/row-source.ts'
import type { LoadTaskOptions } from './loaded-task.ts'

/** Which rows are asked for. */
export type RowChoice = Pick<LoadTaskOptions, 'limit' | 'samples'>

/** Rows of a dataset. */
export interface ChosenRows {
  /** All that were read, checked. */
  readonly rows: readonly TaskRow[]
  /** Those to score. */
  readonly chosen: readonly TaskRow[]
  /** Rows of the dataset; absent when it was not read to its end. */
  readonly rowCount?: number
}

/** Reads the rows of a task or of its subset `name`. Fails with DatasetError on a malformed row, and with UsageError on a row that does not exist. */
export async function readChosenRows(task: Task, name: string, dataset: Dataset, choice: RowChoice): Promise<ChosenRows> {
  const limit = choice.limit ?? (choice.samples ? undefined : task.dataset.defaultLimit)
  const read = await readRows(task, dataset, limit)
  const samples = lookUp(choice.samples, name) ?? lookUp(choice.samples, task.name)
  return { ...read, chosen: samples ? namedRows(read.rows, name, samples) : firstRows(read.rows, limit) }
}

/** Checked rows; an endless source is read only as far as the limit, and has no row count then. */
async function readRows(task: Task, dataset: Dataset, limit: number | undefined): Promise<Omit<ChosenRows, 'chosen'>> {
  const rows: TaskRow[] = []
  for await (const row of checkedRows(dataset, task.row, taskLabel(task))) {
    if (task.dataset.defaultLimit !== undefined && limit !== undefined && limit >= 1 && rows.length >= limit) return { rows }
    rows.push(row)
  }
  return { rows, rowCount: rows.length }
}

/** A row that is named twice is scored once, as in lm-eval. */
function namedRows(rows: readonly TaskRow[], name: string, samples: readonly number[]): readonly TaskRow[] {
  return [...new Set(samples)].map((index) => {
    const row = rows[index]
    if (!row) throw new UsageError(`--samples asks for row ${index} of ${name}, which has ${rows.length}`, 'Rows count from 0.')
    return row
  })
}

function firstRows(rows: readonly TaskRow[], limit: number | undefined): readonly TaskRow[] {
  if (limit === undefined) return rows
  return rows.slice(0, limit < 1 ? Math.ceil(rows.length * limit) : limit)
}
