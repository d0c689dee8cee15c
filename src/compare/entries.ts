/** Tasks and groups of a run as things to compare. */
import { CompareError } from '../errors.ts'
import { mainAccuracy, metricOf } from '../metrics/registry.ts'
import type { StoredItem, StoredRun, StoredScore, StoredTask } from '../store/stored-run.ts'
import { benchmarkOf } from '../task/built-in-tasks.ts'
import { matchesName } from '../task/matches-name.ts'
import { didYouMean } from '../text/nearest-name.ts'
import { knownSplit } from './known-split.ts'
import { leftOutText } from './provenance.ts'

/** A task or group of a run. */
export interface Entry {
  readonly name: string
  readonly version: string | null
  readonly shotCount: number | null
  readonly scores: readonly StoredScore[]
  /** The task itself, or a group's members. */
  readonly strata: readonly StoredTask[]
  /** Why a metric cannot be compared, or its items not be paired, by metric. */
  readonly problems?: Readonly<Record<string, string>>
}

/** What to compare of the runs. */
export interface EntrySelection {
  /** Only these tasks or groups; `*` matches any text and `?` a character. */
  readonly tasks?: readonly string[]
  /** Subsets and their groups too, of all groups or of the named ones. */
  readonly subsets?: boolean
}

/** Tasks and groups, each with the tasks that it is made of. */
export function entriesOf(run: StoredRun): Entry[] {
  const groups = run.groups.map((group): Entry => ({
    ...group,
    strata: group.members.flatMap((member) => run.tasks.find(({ name }) => name === member) ?? []),
  }))
  return [...run.tasks.map((task): Entry => ({ ...task, strata: [task] })), ...groups]
}

/**
 * The entries of the names or patterns; without names each task once: a group instead of its members, and the largest group instead of smaller ones. Fails with
 * CompareError on a name that the run does not have.
 */
export function selectEntries(run: StoredRun, { tasks, subsets = false }: EntrySelection): Entry[] {
  const entries = entriesOf(run)
  if (tasks) return [...new Set(tasks.flatMap((task) => findEntries(task, entries, run)).flatMap((entry) => (subsets ? withSubsets(entry, entries) : [entry])))]
  return subsets ? entries : entries.filter((entry) => !entries.some((other) => isWithin(entry, other)))
}

/** The tasks of a group and the groups within it, and itself. */
function withSubsets(entry: Entry, entries: readonly Entry[]): Entry[] {
  const subsets = isTask(entry) ? [] : entries.filter((other) => other.name !== entry.name && hasAll(entry, other))
  return [...subsets, entry]
}

/** Those of a name or a pattern. */
function findEntries(task: string, entries: readonly Entry[], run: StoredRun): Entry[] {
  const found = entries.filter(({ name }) => matchesName(name, task))
  if (found.length === 0) {
    const names = entries.map(({ name }) => name)
    throw new CompareError(`${run.label} has no task ${JSON.stringify(task)}`, `${didYouMean(task, names)}It has: ${names.join(', ')}.${leftOutText([run])}`)
  }
  return found
}

function isTask({ name, strata }: Entry): boolean {
  return strata.length === 1 && strata[0]!.name === name
}

/** Whether `outer` has all tasks of `inner`. */
function hasAll(outer: Entry, inner: Entry): boolean {
  return inner.strata.every((stratum) => outer.strata.includes(stratum))
}

/** Whether a task is one of a group, or a group is a part of a larger one. */
function isWithin(inner: Entry, outer: Entry): boolean {
  return !isTask(outer) && hasAll(outer, inner) && (isTask(inner) || outer.strata.length > inner.strata.length)
}

/** Those that are in no other: of a group and its members the group, of groups with the same members the last. */
export function outermostOf(entries: readonly Entry[]): Entry[] {
  const isTwin = (a: Entry, b: Entry) => hasAll(a, b) && hasAll(b, a)
  return entries.filter((entry, index) => !entries.some((other, position) => isWithin(entry, other) || (position > index && isTwin(entry, other))))
}

/** The main accuracy of an entry, or all of them. */
export function accuracyMetrics(entry: Entry, allMetrics: boolean): string[] {
  if (allMetrics) return accuraciesOf(entry)
  const main = mainMetric(entry)
  return main === null ? [] : [main]
}

/** The main accuracy of an entry; null if it has none. */
export function mainMetric(entry: Entry): string | null {
  const metrics = accuraciesOf(entry)
  return metrics.find((metric) => metric === benchmarkOf(entry.name)?.mainMetric) ?? mainAccuracy(metrics)
}

function accuraciesOf({ scores }: Entry): string[] {
  return scores.map(({ metric }) => metric).filter((metric) => metricOf(metric).comparedAs === 'accuracy')
}

/** All perplexities of an entry. */
export function perplexityMetrics({ scores }: Entry): string[] {
  return scores.map(({ metric }) => metric).filter((metric) => metricOf(metric).comparedAs === 'perplexity')
}

/** Whether items were stored for all of an entry. */
export function hasItems({ strata }: Entry): boolean {
  return strata.every(({ items }) => items)
}

/** All items of an entry; null if some or all were not stored. */
export function itemsOf(entry: Entry): readonly StoredItem[] | null {
  return entry.strata.length > 0 && hasItems(entry) ? entry.strata.flatMap(({ items }) => items!) : null
}

/** Number of scored items; null if it was not stored. */
export function storedItemCount({ strata }: Entry): number | null {
  return sumOf(strata, ({ itemCount }) => itemCount)
}

/** Number of scored items; of a cited score the rows of the published split, as far as they are known. */
export function itemCountOf(entry: Entry): number | null {
  return storedItemCount(entry) ?? knownSplit(entry.name)?.itemCount ?? null
}

/** Rows of the whole split, as far as they are known. */
export function splitCountOf({ name, strata }: Entry): number | null {
  return sumOf(strata, ({ rowCount }) => rowCount) ?? knownSplit(name)?.itemCount ?? null
}

/** Null for no tasks, and if one of them has no count. */
export function sumOf(strata: readonly StoredTask[], count: (task: StoredTask) => number | null): number | null {
  return strata.length === 0 ? null : strata.reduce<number | null>((sum, task) => (sum === null || count(task) === null ? null : sum + count(task)!), 0)
}

/** Whether a metric's items of that entry cannot be paired. */
export function hasProblem({ problems }: Entry, metric: string): boolean {
  return problems !== undefined && Object.hasOwn(problems, metric)
}
