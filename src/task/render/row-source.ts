/** Rows, and the names of what they are from. */
import type { Task } from '../define-task.ts'

/** A row to score, and its place in the dataset. */
export interface TaskRow {
  /** Index in the dataset, from 0. */
  readonly rowIndex: number
  /** As the task's schema returned it. */
  readonly row: unknown
  /** As in the dataset. */
  readonly raw: unknown
}

/** What all rows of one dataset file have in common. */
export interface RowSource<T extends Task = Task> {
  readonly task: T
  /** '' for a task without subsets. */
  readonly subset: string
  /** Name of the source in errors. */
  readonly source: string
}

/** Name of the results: `mmlu_anatomy` for a subset. */
export function itemTaskName(task: Task, subset: string): string {
  return subset === '' ? task.name : `${task.name}_${subset}`
}

/** The task's name in messages, with its file unless it is built in. */
export function taskLabel({ name, taskFile }: Task): string {
  return taskFile === undefined ? `task ${name}` : `task ${name} (${taskFile})`
}

/** A row of a source in messages. It is counted as the samples count it, so line 3 of a file is row 2. */
export function rowName(source: string, rowIndex: number): string {
  return `${source}, row ${rowIndex} (counted from 0)`
}

/** A row in messages, with its task. */
export function placeOf({ task, source }: RowSource, { rowIndex }: TaskRow): string {
  return `${taskLabel(task)}: ${rowName(source, rowIndex)}`
}
