/**
 * The built-in tasks: every file of tasks/. They are loaded with this module, once: they are constants of the program, and what compares runs or reads
 * cards asks for a benchmark's facts by name.
 */
import { readdir } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import type { Benchmark, Task } from './define-task.ts'
import { loadTaskModule } from './load-task-module.ts'

const FOLDER = new URL('../../tasks/', import.meta.url)

/** By name, in alphabetical order of their files. */
export const BUILT_IN_TASKS: ReadonlyMap<string, Task> = await loadBuiltInTasks()

async function loadBuiltInTasks(): Promise<ReadonlyMap<string, Task>> {
  const files = (await readdir(FOLDER)).filter((name) => /\.[jt]s$/u.test(name) && !name.endsWith('.d.ts')).sort()
  const tasks = await Promise.all(files.map((name) => loadTaskModule(fileURLToPath(new URL(name, FOLDER)))))
  return new Map(tasks.map((task) => [task.name, task]))
}

/** Facts about the benchmark that a built-in task is; undefined for any other task, and for one that states none. */
export function benchmarkOf(task: string): Benchmark | undefined {
  return BUILT_IN_TASKS.get(task)?.benchmark
}
