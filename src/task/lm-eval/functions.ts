/** `!function module.name`: a function of a JavaScript module beside the YAML, where lm-eval has a Python module. */
import { existsSync, realpathSync } from 'node:fs'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { UsageError } from '../../errors.ts'
import { errorText } from '../../text/error-text.ts'
import { isWithin } from '../../text/is-within.ts'
import { FunctionReference } from './yaml-file.ts'

/** A function of a row. */
export type RowFunction = (row: unknown) => unknown

/** Functions by reference. */
export type LoadedFunctions = ReadonlyMap<FunctionReference, RowFunction>

/** Every reference in the keys of a task. */
export function referencesIn(value: unknown): FunctionReference[] {
  if (value instanceof FunctionReference) return [value]
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(referencesIn) : []
}

/** Whether there is a module for the reference. */
export function hasModule(reference: FunctionReference): boolean {
  return existsSync(modulePath(reference))
}

/** Imports the functions. Fails with UsageError, which names the module and the export, and says what to write. */
export async function loadFunctions(references: readonly FunctionReference[], place: string): Promise<LoadedFunctions> {
  const loaded = new Map<FunctionReference, RowFunction>()
  for (const reference of references) loaded.set(reference, await loadFunction(reference, place))
  return loaded
}

/** The error for a function without a module. */
export function missingFunction(reference: FunctionReference, place: string): UsageError {
  const { name } = reference
  const exported = name.slice(name.lastIndexOf('.') + 1)
  return new UsageError(
    `${place}: !function ${name}: there is no ${modulePath(reference)}`,
    `Write the function in JavaScript: export function ${exported}(row) { return … }; process_docs gets one row and returns it changed.`,
  )
}

async function loadFunction(reference: FunctionReference, place: string): Promise<RowFunction> {
  const file = modulePath(reference)
  const exported = reference.name.slice(reference.name.lastIndexOf('.') + 1)
  if (!hasModule(reference)) throw missingFunction(reference, place)
  const real = realpathSync(file)
  if (!isWithin(realpathSync(reference.folder), real))
    throw new UsageError(`${place}: !function ${reference.name}: ${file} is a link to ${real}, outside of its folder`, 'Put the module itself there.')
  let module: Readonly<Record<string, unknown>>
  try {
    module = (await import(pathToFileURL(file).href)) as Readonly<Record<string, unknown>>
  } catch (cause) {
    throw new UsageError(`${place}: cannot load ${file}: ${errorText(cause)}`, 'Correct the module.', { cause })
  }
  const found = module[exported]
  if (typeof found === 'function') return found as RowFunction
  throw new UsageError(
    `${place}: !function ${reference.name}: ${file} exports no function ${exported}`,
    `Write there: export function ${exported}(row) { return … }.`,
  )
}

/** `utils.process` is in utils.js, `a.b.process` in a/b.js, below the folder of the YAML. */
function modulePath({ folder, name }: FunctionReference): string {
  const parts = name.split('.').slice(0, -1)
  if (parts.length === 0 || parts.some((part) => !/^\w+$/u.test(part)))
    throw new UsageError(`!function ${name} is not MODULE.NAME`, 'Write for example !function utils.process_docs.')
  return `${path.join(folder, ...parts)}.js`
}
