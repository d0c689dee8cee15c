/** Finding tasks by name: the built-in ones, and those of task files. */
import { register } from 'node:module'
import path from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { UsageError } from '../errors.ts'
import { BUILT_IN_TASKS } from './built-in-tasks.ts'
import { checkTask } from './check-task.ts'
import type { Task } from './define-task.ts'
import { isYaml, loadYamlFile } from './lm-eval/load-yaml-tasks.ts'
import { loadTaskModule } from './load-task-module.ts'
import type { TaskFileHooksData } from './task-file-hooks.ts'

/**
 * All tasks by name: the built-in ones, those of the given files, and those that a program defines. Fails with UsageError on a file that does not define a task, and on names
 * that are taken: results of a task with the name of a built-in one would be read as the benchmark's.
 */
export async function loadTasks(taskFiles: readonly string[] = [], definedTasks: readonly Task[] = []): Promise<ReadonlyMap<string, Task>> {
  const modules = taskFiles.filter((file) => !isYaml(file))
  if (modules.length > 0) registerHooks(modules)
  const files = taskFiles.filter((file, index) => taskFiles.findIndex((other) => path.resolve(other) === path.resolve(file)) === index)
  const own = await Promise.all(
    files.map(async (taskFile): Promise<Task> => ({ ...(isYaml(taskFile) ? await loadYamlFile(taskFile) : await loadTaskModule(taskFile)), taskFile })),
  )
  const defined = definedTasks.map((task) => ({ ...checkTask(task, 'definedTasks'), taskFile: 'definedTasks' }))
  const tasks = [...BUILT_IN_TASKS.values(), ...own, ...defined]
  checkNames(tasks)
  return new Map(tasks.map((task) => [task.name, task]))
}

/** Fails with UsageError if results of two tasks would have one name, also if only case distinguishes the names. */
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

/** The hooks' file is beside this one, with the same extension. */
function registerHooks(taskFiles: readonly string[]): void {
  const extension = path.extname(fileURLToPath(import.meta.url))
  const data: TaskFileHooksData = {
    publicApi: new URL(`../index${extension}`, import.meta.url).href,
    taskFiles: taskFiles.map((file) => pathToFileURL(path.resolve(file)).href),
  }
  register(`./task-file-hooks${extension}`, import.meta.url, { data })
}
