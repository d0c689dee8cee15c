/** A task file as a task. */
import { existsSync } from 'node:fs'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { UsageError } from '../errors.ts'
import { errorText } from '../text/error-text.ts'
import { checkTask } from './check-task.ts'
import type { Task } from './define-task.ts'

/** Imports a task file and checks its default export. Fails with UsageError. */
export async function loadTaskModule(file: string): Promise<Task> {
  if (!existsSync(file)) throw new UsageError(`no task file ${file}`, 'Give the path of a JavaScript or TypeScript module; see docs/task-authoring.md.')
  let module: { default?: unknown }
  try {
    module = (await import(pathToFileURL(path.resolve(file)).href)) as { default?: unknown }
  } catch (cause) {
    throw new UsageError(`cannot load the task file ${file}: ${errorText(cause)}`, hintFor(file, cause), { cause })
  }
  return checkTask(module.default, file)
}

/** What to do about a file that Node does not load. */
function hintFor(file: string, cause: unknown): string {
  if (!/\.[cm]?ts$/u.test(file)) return 'It must be a JavaScript or TypeScript module; see docs/task-authoring.md.'
  const compile = `compile it: npx esbuild ${file} --outfile=${file.replace(/\.[cm]?ts$/u, '.js')}`
  const isUnread = cause instanceof Error && 'code' in cause && cause.code === 'ERR_UNKNOWN_FILE_EXTENSION'
  if (isUnread)
    return `Node ${process.versions.node} reads no TypeScript: use Node 22.18 or later (from 22.12 with NODE_OPTIONS=--experimental-strip-types), or ${compile}`
  return `Node only removes types from TypeScript: leave out enum, namespace and parameter properties, or ${compile}`
}
