/** Reduces runs to the items that all of them have, with the scores of those items. */
import { counted } from '../text/count.ts'
import type { BaseMetric, ItemValue } from '../metrics/metric.ts'
import { isSameScore, pooledMean, pooledStandardError, type GroupPart, type Pooling } from '../metrics/pooling.ts'
import { metricOf } from '../metrics/registry.ts'
import { finiteOrNull } from '../metrics/standard-error.ts'
import type { StoredGroup, StoredItem, StoredRun, StoredScore, StoredTask } from '../store/stored-run.ts'
import { itemKey } from './pair-items.ts'

/** The reduced runs, with notes. */
export interface CommonRuns {
  readonly runs: readonly StoredRun[]
  /** A note per task of which some run has items that another lacks. */
  readonly notes: readonly string[]
}

/**
 * Keeps of each task the items that every run with stored items of that task has, and scores them anew. A task of which nothing is left out, or
 * that fewer than two runs have with items, stays as it is, stored figures included. With `onlyIfSubset` so does a task of which a later run has
 * items that the first lacks.
 */
export function commonItemsOf(runs: readonly StoredRun[], { onlyIfSubset = false } = {}): CommonRuns {
  const notes: string[] = []
  const cut = new Map<string, ReadonlyMap<string, number>>()
  for (const name of new Set(runs.flatMap(({ tasks }) => tasks.map((task) => task.name)))) {
    const having = runs.flatMap((run) => {
      const items = run.tasks.find((task) => task.name === name)?.items
      return items ? [{ label: run.label, items }] : []
    })
    if (having.length < 2) continue
    const common = commonCounts(having.map(({ items }) => items))
    const commonCount = [...common.values()].reduce((sum, count) => sum + count, 0)
    if (having.every(({ items }) => items.length === commonCount)) continue
    if (onlyIfSubset && (commonCount === 0 || !isSubset(runs, name, common))) continue
    cut.set(name, common)
    notes.push(
      `${name}: compared on the ${counted(commonCount, 'item')} that all have; ${having.map(({ label, items }) => `${label} has ${items.length}`).join(', ')}`,
    )
  }
  return { runs: cut.size === 0 ? runs : runs.map((run) => cutRun(run, cut)), notes }
}

/** Whether every run but the first has no other items than the common ones, and the first has them too. */
function isSubset([first, ...others]: readonly StoredRun[], name: string, common: ReadonlyMap<string, number>): boolean {
  const itemsOf = (run: StoredRun) => run.tasks.find((task) => task.name === name)?.items
  const has = (counts: ReadonlyMap<string, number>, key: string) => counts.get(key) ?? 0
  const inFirst = countItems(itemsOf(first!) ?? [])
  return others.every((run) => [...countItems(itemsOf(run) ?? [])].every(([key, count]) => count <= has(inFirst, key) && count <= has(common, key)))
}

/** How often each item occurs in every list: a dataset may ask the same twice. */
function commonCounts(lists: readonly (readonly StoredItem[])[]): Map<string, number> {
  const [first, ...others] = lists.map(countItems)
  return new Map([...first!].map(([key, count]) => [key, Math.min(count, ...others.map((counts) => counts.get(key) ?? 0))]))
}

function countItems(items: readonly StoredItem[]): Map<string, number> {
  const counts = new Map<string, number>()
  for (const item of items) counts.set(itemKey(item), (counts.get(itemKey(item)) ?? 0) + 1)
  return counts
}

function cutRun(run: StoredRun, cut: ReadonlyMap<string, ReadonlyMap<string, number>>): StoredRun {
  const tasks = run.tasks
    .map((task) => (task.items && cut.has(task.name) ? cutTask(task, cut.get(task.name)!) : task))
    .filter(({ itemCount }) => itemCount !== 0)
  const groups = run.groups.map((group) => (group.members.some((member) => cut.has(member)) ? pooledGroup(group, run.tasks, tasks) : group))
  return { ...run, tasks, groups }
}

function cutTask(task: StoredTask, common: ReadonlyMap<string, number>): StoredTask {
  const left = new Map(common)
  const items = task
    .items!.toSorted((a, b) => a.docId - b.docId)
    .filter((item) => {
      const count = left.get(itemKey(item)) ?? 0
      if (count > 0) left.set(itemKey(item), count - 1)
      return count > 0
    })
  // Ties and prompts that were cut were counted over all items.
  const { ties: _, truncation: __, ...rest } = task
  return { ...rest, itemCount: items.length, items, scores: task.scores.flatMap(({ metric }) => scoreOfItems(metric, items) ?? []) }
}

/** The metric over these items; undefined if an item lacks it, and for metrics that are not made of items' values. */
function scoreOfItems(metric: string, items: readonly StoredItem[]): StoredScore | undefined {
  const values = items.flatMap((item): ItemValue[] => (Object.hasOwn(item.values, metric) ? [item.values[metric]!] : []))
  const { comparedAs } = metricOf(metric)
  if (comparedAs === null || values.length < items.length) return undefined
  const known: BaseMetric = metricOf(metric)
  // A bootstrapped standard error is left out: it would need the run's seed.
  const standardError = comparedAs === 'perplexity' ? NaN : known.standardError(values, { seed: 0 })
  return { metric, value: known.aggregate(values), standardError: finiteOrNull(standardError) }
}

/** The group over the tasks as they were cut; a metric that was not pooled from its tasks has a problem instead of a score. */
function pooledGroup(group: StoredGroup, whole: readonly StoredTask[], cut: readonly StoredTask[]): StoredGroup {
  const membersIn = (tasks: readonly StoredTask[]) => group.members.flatMap((member) => tasks.find(({ name }) => name === member) ?? [])
  const members = membersIn(cut)
  const problems: Record<string, string> = {}
  const scores = group.scores.flatMap(({ metric, value }): StoredScore[] => {
    const [before, after] = [partsOf(metric, membersIn(whole)), partsOf(metric, members)]
    if (!before || !after) return []
    const pooling = poolingOf(value, before)
    if (pooling) return [{ metric, value: pooledMean(after, pooling), standardError: finiteOrNull(pooledStandardError(after, pooling)) }]
    problems[metric] = 'how the group weighs its tasks is not known, so neither is its score over the common items'
    return []
  })
  return {
    ...group,
    members: members.map(({ name }) => name),
    scores,
    ...(Object.keys(problems).length > 0 && { problems: { ...group.problems, ...problems } }),
  }
}

/** The tasks' scores of one metric; null if one lacks it, and for no tasks. */
function partsOf(metric: string, tasks: readonly StoredTask[]): GroupPart[] | null {
  const parts = tasks.flatMap(({ itemCount, scores }): GroupPart[] => {
    const score = scores.find((candidate) => candidate.metric === metric)
    return score && itemCount !== null ? [{ itemCount, score: score.value, standardError: score.standardError ?? NaN }] : []
  })
  return parts.length === 0 || parts.length !== tasks.length ? null : parts
}

/** How a group's score came from those of its tasks, which no file says; null if by neither weighing. */
function poolingOf(score: number, parts: readonly GroupPart[]): Pooling | null {
  return POOLINGS.find((pooling) => isSameScore(pooledMean(parts, pooling), score)) ?? null
}

/** The usual one first: tasks of equal sizes do not tell. */
const POOLINGS = ['items', 'tasks'] as const
