/** Finding tasks by name: the built-in ones, and those of files that the user names. */
import { readdir } from 'node:fs/promises'
import { register } from 'node:module'
import path from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { UsageError } from '../errors.ts'
import { didYouMean } from '../text/nearest-name.ts'
import { checkTask } from './check-task.ts'
import type { Subsets, Task } from './define-task.ts'
import type { TaskFileHooksData } from './task-file-hooks.ts'
import { errorText } from '../text/error-text.ts'

const BUILT_IN_FOLDER = fileURLToPath(new URL('../../tasks/', import.meta.url))

/**
 * All tasks by name: every file of tasks/, then the given files. Fails with UsageError on a file that does not define a task, and on names
 * that are taken: results of a task that is called like a built-in one would be read as the benchmark's.
 */
export async function loadTasks(taskFiles: readonly string[] = []): Promise<ReadonlyMap<string, Task>> {
  if (taskFiles.length > 0) registerHooks(taskFiles)
  const builtIn = (await readdir(BUILT_IN_FOLDER)).filter((name) => /\.[jt]s$/u.test(name) && !name.endsWith('.d.ts')).sort()
  const own = taskFiles.filter((file, index) => taskFiles.findIndex((other) => path.resolve(other) === path.resolve(file)) === index)
  const tasks = await Promise.all([...builtIn.map((name) => loadTask(path.join(BUILT_IN_FOLDER, name))), ...own.map(loadTaskFile)])
  checkNames(tasks)
  return new Map(tasks.map((task) => [task.name, task]))
}

/** Fails with UsageError where results of two tasks would stand under one name, also where only case tells the names apart. */
function checkNames(tasks: readonly Task[]): void {
  const taken = new Map<string, string>()
  for (const { name, subsets, taskFile } of tasks) {
    const parts = [...(subsets?.names ?? []), ...Object.keys(subsets?.groups ?? {})]
    for (const result of [name, ...parts.map((part) => `${name}_${part}`)]) {
      const owner = taken.get(result.toLowerCase())
      if (owner !== undefined)
        throw new UsageError(
          `${taskFile}: the name ${result} is taken by ${owner}`,
          `Results of both would stand under it. Choose another name, such as my_${name}; --tasks takes names of several tasks.`,
        )
      taken.set(result.toLowerCase(), taskFile === undefined ? `the built-in task ${name}` : `the task ${name} of ${taskFile}`)
    }
  }
}

/**
 * The named tasks, in the order of the names. A subset or a group of them (`mmlu_anatomy`, `mmlu_stem`, as lm-eval calls them) is its task
 * cut to those; several of one task are one. Fails with UsageError on a name that is not known, with the nearest one.
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

/** A whole task. Fails with UsageError on a name that is not known, and on a subset's or group's. */
export function taskCalled(known: ReadonlyMap<string, Task>, name: string): Task {
  const task = known.get(name)
  if (task) return task
  const [whole] = selectTasks(known, [name])
  throw new UsageError(`${name} is a part of the task ${whole!.name}`, `All parts of a task have one setting: write ${whole!.name}.`)
}

/** Subsets and groups are looked through for the nearest name; there are too many to list. */
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

/** Beside this file, in the language that it is in. */
function registerHooks(taskFiles: readonly string[]): void {
  const extension = path.extname(fileURLToPath(import.meta.url))
  const data: TaskFileHooksData = {
    publicApi: new URL(`../index${extension}`, import.meta.url).href,
    taskFiles: taskFiles.map((file) => pathToFileURL(path.resolve(file)).href),
  }
  register(`./task-file-hooks${extension}`, import.meta.url, { data })
}

/** A task of the user's; it remembers its file, which messages name. */
async function loadTaskFile(file: string): Promise<Task> {
  return { ...(await loadTask(file)), taskFile: file }
}

async function loadTask(file: string): Promise<Task> {
  let module: { default?: unknown }
  try {
    module = (await import(pathToFileURL(path.resolve(file)).href)) as { default?: unknown }
  } catch (cause) {
    throw new UsageError(`cannot load the task file ${file}: ${errorText(cause)}`, 'It must be a JavaScript module; see docs/task-authoring.md.', { cause })
  }
  return checkTask(module.default, file)
}
