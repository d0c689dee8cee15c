/** The split on which a benchmark is published: what a score that comes without its items can be compared with. */
import { benchmarkOf } from '../task/built-in-tasks.ts'
import type { BenchmarkChance } from '../task/define-task.ts'

/** A published split. */
export interface KnownSplit extends BenchmarkChance {
  readonly itemCount: number
}

/** The split of a built-in task with choices; undefined if its size or its chance is not known. */
export function knownSplit(task: string): KnownSplit | undefined {
  const { rowCount, chance } = benchmarkOf(task) ?? {}
  return rowCount === undefined || !chance ? undefined : { itemCount: rowCount, ...chance }
}
