/** Finding tasks by name: the built-in ones, and those of files that the user names. */
import { readdir } from 'node:fs/promises'
import { register } from 'node:module'
import path from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { distance } from 'fastest-levenshtein'
import { UsageError } from '../errors.ts'
import type { Subsets, Task } from './define-task.ts'
import type { TaskFileHooksData } from './task-file-hooks.ts'

const BUILT_IN_FOLDER = fileURLToPath(new URL('../../tasks/', import.meta.url))

/** All tasks by name: every file of tasks/, then the given files; a file's task takes the place of a built-in one of its name. */
export async function loadTasks(taskFiles: readonly string[] = []): Promise<ReadonlyMap<string, Task>> {
  if (taskFiles.length > 0) registerHooks(taskFiles)
  const builtIn = (await readdir(BUILT_IN_FOLDER)).filter((name) => /\.[jt]s$/u.test(name) && !name.endsWith('.d.ts')).sort()
  const files = [...builtIn.map((name) => path.join(BUILT_IN_FOLDER, name)), ...taskFiles.map((file) => path.resolve(file))]
  const tasks = await Promise.all(files.map(loadTask))
  return new Map(tasks.map((task) => [task.name, task]))
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
    const task =
      whole ?? [...known.values()].find(({ name: own, subsets }) => subsetsCalled(name, own, subsets) !== undefined) ?? unknownTask(name, [...known.keys()])
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

/** A whole task. Fails with UsageError on a name that is not known. */
export function taskCalled(known: ReadonlyMap<string, Task>, name: string): Task {
  return known.get(name) ?? unknownTask(name, [...known.keys()])
}

function unknownTask(name: string, known: readonly string[]): never {
  const nearest = known.toSorted((a, b) => distance(a, name) - distance(b, name))[0]!
  const isClose = distance(nearest, name) <= Math.max(2, name.length / 3)
  throw new UsageError(
    `unknown task ${JSON.stringify(name)}`,
    `${isClose ? `Did you mean ${nearest}? ` : ''}Known: ${known.join(', ')}. Your own: --task-file FILE.`,
  )
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

async function loadTask(file: string): Promise<Task> {
  let module: { default?: unknown }
  try {
    module = (await import(pathToFileURL(file).href)) as { default?: unknown }
  } catch (cause) {
    throw new UsageError(
      `cannot load the task file ${file}: ${cause instanceof Error ? cause.message : String(cause)}`,
      'It must be a JavaScript module; see docs/task-authoring.md.',
      { cause },
    )
  }
  if (isTask(module.default)) return module.default
  throw new UsageError(`${file} does not export a task`, 'Write `export default defineTask({ … })`; see docs/task-authoring.md.')
}

/** Plugins may be plain JavaScript, so the shape is checked. */
function isTask(value: unknown): value is Task {
  if (typeof value !== 'object' || value === null) return false
  const { kind, name, version, dataset, row, metrics } = value as Record<string, unknown>
  return (kind === 'choice' || kind === 'text') && typeof name === 'string' && typeof version === 'number' && !!dataset && !!row && Array.isArray(metrics)
}
