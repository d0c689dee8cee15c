/** How much of a split a score is of, and which rows of the hub they are: what a card says beside a score. */
import { knownSplit } from '../../compare/known-split.ts'
import { BUILT_IN_TASKS } from '../../task/built-in-tasks.ts'
import type { StoredDataset, StoredRun, StoredTask } from '../../store/stored-run.ts'

/** The items of a line of a comparison. */
export interface RowExtent {
  /** Items that were compared; null if the scores are only cited. */
  readonly itemCount: number | null
  /** Rows of the split; null if the run did not say. */
  readonly rowCount: number | null
  /** First rows of each task, below 1 a share of them; null if there was no limit that cut this task. */
  readonly limit: number | null
  /** Why these are not all items, such as `limit 5`; empty for a whole split. */
  readonly reasons: readonly string[]
  /** Null if it is not known, or the rows are not the hub's. */
  readonly dataset: StoredDataset | null
  readonly shotCount: number | null
}

/** The extent of a task or group that was compared on `comparedCount` items. */
export function rowExtent(name: string, comparedCount: number | null, original: StoredRun, variant: StoredRun): RowExtent {
  const measured = [variant, original].filter(({ kind }) => kind === 'measured').map((run) => ({ run, members: membersOf(run, name) }))
  const [own] = measured
  if (!own) return { itemCount: null, rowCount: null, limit: null, reasons: [], dataset: null, shotCount: null }
  const scored = sum(own.members, ({ itemCount }) => itemCount)
  const itemCount = measured.length === 2 ? (comparedCount ?? scored) : scored
  const rowCount = sum(own.members, ({ rowCount }) => rowCount)
  const cuts = measured.map(({ run, members }) => cutOf(name, run, members))
  const isCommon = measured.some(({ members }) => itemCount !== null && (sum(members, (task) => task.itemCount) ?? itemCount) > itemCount)
  const reasons = [...new Set([...cuts.flatMap(({ reasons }) => reasons), ...(isCommon ? ['common items'] : [])])]
  return {
    itemCount,
    // Of a part, the rows that are known may be those that were scored.
    rowCount: rowCount !== null && itemCount !== null && (rowCount < itemCount || (rowCount === itemCount && reasons.length > 0)) ? null : rowCount,
    limit: lowestLimit(cuts),
    reasons,
    dataset: datasetOf(own.members),
    shotCount: shotsOf(own.members),
  }
}

/** The task itself, or a group's tasks. */
function membersOf(run: StoredRun, name: string): readonly StoredTask[] {
  const group = run.groups.find((candidate) => candidate.name === name)
  return run.tasks.filter((task) => (group ? group.members.includes(task.name) : task.name === name))
}

/** Why a run scored fewer items than there are. */
function cutOf(name: string, run: StoredRun, members: readonly StoredTask[]): Pick<RowExtent, 'limit' | 'reasons'> {
  const { isComplete } = run
  const limit = lowestLimit(members)
  const whole = sum(members, ({ rowCount }) => rowCount)
  const scored = sum(members, ({ itemCount }) => itemCount)
  // A source without end is read as far as the limit, and its rows are not counted.
  const isLimited =
    limit !== null && members.some(({ itemCount, rowCount }) => itemCount !== null && (rowCount === null || itemCount < rowCount || limit === itemCount))
  const isKnownWhole = knownSplit(name)?.itemCount === scored
  const isCut = scored !== null && whole !== null && scored < whole
  // Of an interrupted group whole subsets may be missing, which nothing counts.
  const isGroup = run.groups.some((group) => group.name === name)
  const isInterrupted = !isComplete && !isKnownWhole && (isCut || whole === null || isGroup)
  return {
    limit: isLimited && !isKnownWhole ? limit : null,
    reasons: [
      ...(isLimited && !isKnownWhole ? [`limit ${limit}`] : []),
      ...(isInterrupted ? ['interrupted'] : []),
      ...(isCut && !isLimited && !isInterrupted ? ['chosen rows'] : []),
    ],
  }
}

/** Null if there is none. */
function lowestLimit(limited: readonly { readonly limit?: number | null }[]): number | null {
  const limits = limited.flatMap(({ limit }) => limit ?? [])
  return limits.length > 0 ? Math.min(...limits) : null
}

/** Null if a member has none. */
function sum(members: readonly StoredTask[], count: (task: StoredTask) => number | null): number | null {
  return members.length === 0 ? null : members.reduce<number | null>((total, task) => (total === null || count(task) === null ? null : total + count(task)!), 0)
}

/** What all members share. */
function datasetOf(members: readonly StoredTask[]): StoredDataset | null {
  const datasets = members.map(({ dataset }) => dataset)
  const [first] = datasets
  if (!first || datasets.some((dataset) => dataset?.id !== first.id)) return null
  const shared = <K extends keyof StoredDataset>(key: K) => (datasets.every((dataset) => dataset![key] === first[key]) ? first[key] : null)
  const config = wholeConfigOf(first.id, members.length) ?? shared('config')
  return { id: first.id, config, split: shared('split'), revision: shared('revision') }
}

function shotsOf(members: readonly StoredTask[]): number | null {
  const counts = new Set(members.map(({ shotCount }) => shotCount))
  return counts.size === 1 ? [...counts][0]! : null
}

/** The configuration that holds all subsets of a benchmark, if these are all of them. */
function wholeConfigOf(repository: string, subsetCount: number): string | undefined {
  const task = [...BUILT_IN_TASKS.values()].find(({ dataset, subsets }) => subsets && 'repo' in dataset && dataset.repo === repository)
  return task?.subsets?.names.length === subsetCount ? task.subsets.wholeConfig : undefined
}
