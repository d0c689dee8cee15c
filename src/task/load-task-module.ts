/** A task file as a task. */
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { UsageError } from '../errors.ts'
import { errorText } from '../text/error-text.ts'
import { checkTask } from './check-task.ts'
import type { Task } from './define-task.ts'

/** Imports a task file and checks its default export. Fails with UsageError. */
export async function loadTaskModule(file: string): Promise<Task> {
  let module: { default?: unknown }
  try {
    module = (await import(pathToFileURL(path.resolve(file)).href)) as { default?: unknown }
  } catch (cause) {
    throw new UsageError(`cannot load the task file ${file}: ${errorText(cause)}`, 'It must be a JavaScript module; see docs/task-authoring.md.', { cause })
  }
  return checkTask(module.default, file)
}
