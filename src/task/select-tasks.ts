/** The tasks that names mean: of tasks, subsets and groups, with wildcards. */
import { UsageError } from '../errors.ts'
import { nearNames } from '../text/nearest-name.ts'
import type { Subsets, Task } from './define-task.ts'
import { matchesName } from './matches-name.ts'
import { explainUnsupportedTask } from './unsupported-tasks.ts'

/** Most names of tasks in a message. */
const MOST_NEAR = 4
const EITHER = new Intl.ListFormat('en-GB', { type: 'disjunction' })

/** Every name that `--tasks` takes: of tasks, and of their groups and subsets, as lm-eval calls them. */
export function allNames(known: ReadonlyMap<string, Task>): string[] {
  return [...known.values()].flatMap((task) => [task.name, ...groupNames(task), ...subsetNames(task)])
}

/** Names of the task's groups of subsets: `mmlu_stem`. */
export function groupNames({ name, subsets }: Task): string[] {
  return Object.keys(subsets?.groups ?? {}).map((group) => `${name}_${group}`)
}

/** Names of the task's subsets: `mmlu_anatomy`. */
export function subsetNames({ name, subsets }: Task): string[] {
  return (subsets?.names ?? []).map((subset) => `${name}_${subset}`)
}

/**
 * The names with wildcards filled in: `*` matches any text and `?` a character, as in lm-eval; `all` is every task but those about the demo's
 * made-up valley. Fails with UsageError if nothing matches.
 */
export function expandNames(known: ReadonlyMap<string, Task>, names: readonly string[]): string[] {
  const expanded = names.flatMap((name) => {
    if (known.has(name)) return [name]
    if (name === 'all') return [...known.values()].filter((task) => !isOfDemo(task)).map((task) => task.name)
    return /[*?]/u.test(name) ? matching(known, name) : [name]
  })
  return [...new Set(expanded)]
}

function isOfDemo({ dataset, taskFile }: Task): boolean {
  return taskFile === undefined && 'folder' in dataset
}

function matching(known: ReadonlyMap<string, Task>, pattern: string): string[] {
  const names = allNames(known).filter((name) => matchesName(name, pattern))
  if (names.length === 0)
    throw new UsageError(`no task matches ${JSON.stringify(pattern)}`, '`evalharness tasks --all` lists the names of tasks, groups and subsets.')
  return names
}

/**
 * The named tasks, in the order of the names. A subset or a group of subsets (`mmlu_anatomy`, `mmlu_stem`, as lm-eval calls them) is its task with
 * those subsets only; several of one task are combined. Fails with UsageError on an unknown name, with the nearest one.
 */
export function selectTasks(known: ReadonlyMap<string, Task>, names: readonly string[]): Task[] {
  const wanted = [...new Set(names)]
  const selected = new Map<string, Task>()
  for (const name of wanted) {
    const whole = known.get(name)
    const task = whole ?? [...known.values()].find(({ name: own, subsets }) => subsetsCalled(name, own, subsets) !== undefined) ?? unknownTask(name, known)
    selected.set(task.name, whole || wanted.includes(task.name) ? task : cutToSubsets(task, wanted))
  }
  return [...selected.values()]
}

/** The task with those of its subsets that are named, alone or by group; the whole if all of both are named. */
function cutToSubsets(task: Task, wanted: readonly string[]): Task {
  const subsets = task.subsets!
  const named = new Set(wanted.flatMap((name) => subsetsCalled(name, task.name, subsets) ?? []))
  if (named.size === subsets.names.length && groupNames(task).every((group) => wanted.includes(group))) return task
  const groups = Object.fromEntries(Object.entries(subsets.groups).filter(([group]) => wanted.includes(`${task.name}_${group}`)))
  return { ...task, subsets: { names: subsets.names.filter((name) => named.has(name)), groups, isPart: true } }
}

function subsetsCalled(name: string, taskName: string, subsets: Subsets | undefined): readonly string[] | undefined {
  if (!subsets || !name.startsWith(`${taskName}_`)) return undefined
  const own = name.slice(taskName.length + 1)
  if (subsets.names.includes(own)) return [own]
  return Object.hasOwn(subsets.groups, own) ? subsets.groups[own] : undefined
}

/** A whole task. Fails with UsageError on an unknown name, and on the name of a subset or group. */
export function taskCalled(known: ReadonlyMap<string, Task>, name: string): Task {
  const task = known.get(name)
  if (task) return task
  const [whole] = selectTasks(known, [name])
  throw new UsageError(`${name} is a part of the task ${whole!.name}`, `All parts of a task have one setting: write ${whole!.name}.`)
}

function unknownTask(name: string, known: ReadonlyMap<string, Task>): never {
  if (/^list(?:_groups|_subtasks|_tags)?$/u.test(name))
    throw new UsageError(`no task is called ${name}`, 'To list tasks: `evalharness tasks`; with groups and subsets: `evalharness tasks --all`.')
  const reason = explainUnsupportedTask(name)
  if (reason !== undefined) throw new UsageError(reason, '`evalharness tasks` lists those that can be scored.')
  // Near names may be of subsets and groups.
  const near = nearNames(name, allNames(known), MOST_NEAR)
  const words = name.trim().split(/\s+/u)
  const commas = words.length > 1 ? `Write commas between names: --tasks ${words.join(',')}. ` : ''
  const question = near.length === 0 ? commas : `${commas}Did you mean ${EITHER.format(near)}? `
  throw new UsageError(
    `unknown task ${JSON.stringify(name)}`,
    `${question}Run \`evalharness tasks\` for all. Your own: --task-file FILE; lm-eval’s YAML: --include-path FOLDER.`,
  )
}
