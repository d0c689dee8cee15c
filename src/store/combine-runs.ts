/** Combines the runs of one folder: the newest of each task. */
import path from 'node:path'
import { listNames } from '../text/list-names.ts'
import { StoreError } from '../errors.ts'
import type { OpenedResults } from './read-results.ts'
import { differingSettings } from './run-settings.ts'
import type { StoredRun } from './stored-run.ts'

/** By name the run that a task or group is taken from, by its index. */
type Owners = ReadonlyMap<string, number>

/**
 * The newest run, with the tasks of older ones that it lacks. `runs` are of one folder, the newest first; only the samples that are used are read.
 * A group comes from one run, the newest that has it, with all of its tasks. With `wanted`, only the runs that one of these tasks or groups is taken
 * from are used, unless there is none. Fails with StoreError, which names the differences, when the runs that are used have different weights or
 * settings.
 */
export async function combineRuns(runs: readonly OpenedResults[], place: string, wanted?: ReadonlySet<string>): Promise<StoredRun> {
  const groups = chooseGroups(runs)
  const tasks = chooseTasks(runs, groups)
  const used = usedOwners([...tasks, ...groups], wanted)
  checkAlike(
    runs.filter((_, index) => used.has(index)),
    place,
  )
  const parts: StoredRun[] = []
  for (const [index, run] of runs.entries()) {
    if (!used.has(index)) continue
    const own = new Set([...tasks].flatMap(([name, owner]) => (owner === index ? [name] : [])))
    const part = await run.read(own)
    const newestOf = runs.filter(({ taskNames }) => taskNames.some((name) => own.has(name))).length
    parts.push({
      ...part,
      groups: part.groups.filter(({ name }) => groups.get(name) === index),
      sources: part.sources!.map((source) => ({ ...source, newestOf })),
    })
  }
  const unread = [...tasks, ...groups].flatMap(([name, owner]) => (used.has(owner) ? [] : [name]))
  return {
    ...parts[0]!,
    isComplete: parts.every(({ isComplete }) => isComplete),
    tasks: parts.flatMap((part) => part.tasks),
    groups: parts.flatMap((part) => part.groups),
    sources: parts.flatMap((part) => part.sources!),
    ...(unread.length > 0 && { unread }),
  }
}

/** The runs that something is taken from; the newest if nothing is. */
function usedOwners(owned: readonly (readonly [string, number])[], wanted: ReadonlySet<string> | undefined): ReadonlySet<number> {
  const ofWanted = owned.filter(([name]) => wanted?.has(name))
  const used = (ofWanted.length > 0 ? ofWanted : owned).map(([, owner]) => owner)
  return new Set(used.length === 0 ? [0] : used)
}

/** Larger groups come first, together with the groups within them. A group that shares a task with a chosen group of another run is left out. */
function chooseGroups(runs: readonly OpenedResults[]): Owners {
  const candidates = runs.flatMap(({ groups }, owner) => groups.map((group) => ({ ...group, owner })))
  const owners = new Map<string, number>()
  const taskOwners = new Map<string, number>()
  for (const { name, members, owner } of candidates.toSorted((a, b) => b.members.length - a.members.length || a.owner - b.owner)) {
    if (owners.has(name) || members.some((member) => (taskOwners.get(member) ?? owner) !== owner)) continue
    owners.set(name, owner)
    for (const member of members) taskOwners.set(member, owner)
  }
  return owners
}

function chooseTasks(runs: readonly OpenedResults[], groups: Owners): Owners {
  const ofGroups = runs.flatMap((run, index) =>
    run.groups.flatMap(({ name, members }) => (groups.get(name) === index ? members.map((member) => [member, index] as const) : [])),
  )
  const owners = new Map(ofGroups)
  for (const [index, { taskNames }] of runs.entries()) for (const name of taskNames) if (!owners.has(name)) owners.set(name, index)
  return owners
}

function checkAlike(used: readonly OpenedResults[], place: string): void {
  const [first, ...others] = used
  for (const other of others) {
    const differences = differingSettings(first!.settings, other.settings)
    if (differences.length === 0) continue
    const [a, b] = [first!, other].map(({ file, taskNames }) => `${path.basename(file)} (${listNames(taskNames, 6)})`)
    throw new StoreError(
      `${place} has runs of different tasks that cannot be combined: ${a} and ${b} differ in ${differences.join('; ')}`,
      `Give one file: ${used.map(({ file }) => file).join(' or ')}. Or score again with the same model and settings.`,
    )
  }
}
