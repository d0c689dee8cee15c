/**
 * Module hooks for task files: such a file is always an ES module, whatever its package.json says, and can import this program as `evalharness`,
 * whether that is installed there or not. Runs in Node's loader thread (`module.register`).
 */
import type { LoadHook, ResolveHook } from 'node:module'

/** What the hooks are registered with; all are URLs. */
export interface TaskFileHooksData {
  readonly publicApi: string
  readonly taskFiles: readonly string[]
}

let known: TaskFileHooksData | undefined

/** Called by Node before any other hook. */
export function initialize(data: TaskFileHooksData): void {
  known = data
}

/** `evalharness`, imported by a task file, is the public API of the program that loads it. */
export const resolve: ResolveHook = (specifier, context, next) =>
  next(specifier === 'evalharness' && isTaskFile(context.parentURL) ? known!.publicApi : specifier, context)

/** A task file with the extension .js or .ts is an ES module. */
export const load: LoadHook = (url, context, next) => {
  const format = isTaskFile(url) ? formatOf(url) : undefined
  // Node's types do not list the formats of TypeScript yet.
  return next(url, format === undefined ? context : { ...context, format: format as 'module' })
}

/** The format for Node; undefined if the extension says it, or if Node reads no TypeScript. */
function formatOf(url: string): string | undefined {
  if (url.endsWith('.js')) return 'module'
  return url.endsWith('.ts') && 'typescript' in process.features && Boolean(process.features.typescript) ? 'module-typescript' : undefined
}

function isTaskFile(url: string | undefined): boolean {
  return url !== undefined && known!.taskFiles.includes(url)
}
