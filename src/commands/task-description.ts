/** What `evalharness tasks` says of a task. */
import { isPrompted, type Task } from '../task/define-task.ts'
import { groupNames, subsetNames } from '../task/select-tasks.ts'

/** The facts about a task, as `tasks --json` prints them. */
export interface TaskDescription {
  readonly name: string
  readonly version: number
  readonly summary: string
  readonly source: string
  readonly split: string
  readonly shots: number
  readonly metrics: readonly string[]
  /** Names of subsets as `--tasks` takes them. */
  readonly subsets: readonly string[]
  /** Names of subsets by group; all as `--tasks` takes them. */
  readonly groups: Readonly<Record<string, readonly string[]>>
}

/** Describes a task. */
export function describeTask(task: Task): TaskDescription {
  const { name, version, metrics, summary = '', dataset, subsets } = task
  return {
    name,
    version,
    summary,
    source: sourceOf(task),
    split: dataset.split,
    shots: isPrompted(task) ? (task.shots?.defaultCount ?? 0) : 0,
    metrics,
    subsets: subsetNames(task),
    groups: Object.fromEntries(groupNames(task).map((group) => [group, subsets!.groups[group.slice(name.length + 1)]!.map((subset) => `${name}_${subset}`)])),
  }
}

function sourceOf({ dataset }: Task): string {
  if ('folder' in dataset) return `${dataset.folder}, which comes with it`
  const { repo, config, revision } = dataset
  return [`https://huggingface.co/datasets/${repo}`, config && `config ${config}`, revision && `revision ${revision}`].filter(Boolean).join(', ')
}
