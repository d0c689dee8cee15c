/** Finding tasks by name: the built-in ones, and those of task files. */
import { register } from 'node:module'
import path from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { UsageError } from '../errors.ts'
import { didYouMean } from '../text/nearest-name.ts'
import { BUILT_IN_TASKS } from './built-in-tasks.ts'
import { checkTask } from './check-task.ts'
import type { Subsets, Task } from './define-task.ts'
import { loadTaskModule } from './load-task-module.ts'
import type { TaskFileHooksData } from './task-file-hooks.ts'

/**
 * All tasks by name: the built-in ones, those of the given files, and those that a program defines. Fails with UsageError on a file that does not define a task, and on names
 * that are taken: results of a task with the name of a built-in one would be read as the benchmark's.
 */
export async function loadTasks(taskFiles: readonly string[] = [], definedTasks: readonly Task[] = []): Promise<ReadonlyMap<string, Task>> {
  if (taskFiles.length > 0) registerHooks(taskFiles)
  const files = taskFiles.filter((file, index) => taskFiles.findIndex((other) => path.resolve(other) === path.resolve(file)) === index)
  const own = await Promise.all(files.map(async (taskFile): Promise<Task> => ({ ...(await loadTaskModule(taskFile)), taskFile })))
  const defined = definedTasks.map((task) => ({ ...checkTask(task, 'definedTasks'), taskFile: 'definedTasks' }))
  const tasks = [...BUILT_IN_TASKS.values(), ...own, ...defined]
  checkNames(tasks)
  return new Map(tasks.map((task) => [task.name, task]))
}

/** Fails with UsageError where results of two tasks would have one name, also where only case distinguishes the names. */
function checkNames(tasks: readonly Task[]): void {
  const taken = new Map<string, string>()
  for (const { name, subsets, taskFile } of tasks) {
    const parts = [...(subsets?.names ?? []), ...Object.keys(subsets?.groups ?? {})]
    for (const result of [name, ...parts.map((part) => `${name}_${part}`)]) {
      const owner = taken.get(result.toLowerCase())
      if (owner !== undefined)
        throw new UsageError(`${taskFile}: the name ${result} is taken by ${owner}`, `Their results would have one name. Choose another, such as my_${name}.`)
      taken.set(result.toLowerCase(), taskFile === undefined ? `the built-in task ${name}` : `the task ${name} of ${taskFile}`)
    }
  }
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

/** The task with those of its subsets that are named, alone or by group. */
function cutToSubsets(task: Task, wanted: readonly string[]): Task {
  const subsets = task.subsets!
  const named = new Set(wanted.flatMap((name) => subsetsCalled(name, task.name, subsets) ?? []))
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

/** The nearest name may be a subset's or group's; those are too many to list. */
function unknownTask(name: string, known: ReadonlyMap<string, Task>): never {
  const names = [...known.keys()]
  throw new UsageError(
    `unknown task ${JSON.stringify(name)}`,
    `${didYouMean(name, [...names, ...subsetNames(known)])}Known: ${names.join(', ')}. Your own: --task-file FILE.`,
  )
}

function subsetNames(known: ReadonlyMap<string, Task>): string[] {
  return [...known.values()].flatMap(({ name, subsets }) => [...(subsets?.names ?? []), ...Object.keys(subsets?.groups ?? {})].map((part) => `${name}_${part}`))
}

/** The hooks' file is beside this one, with the same extension. */
function registerHooks(taskFiles: readonly string[]): void {
  const extension = path.extname(fileURLToPath(import.meta.url))
  const data: TaskFileHooksData = {
    publicApi: new URL(`../index${extension}`, import.meta.url).href,
    taskFiles: taskFiles.map((file) => pathToFileURL(path.resolve(file)).href),
  }
  register(`./task-file-hooks${extension}`, import.meta.url, { data })
}
