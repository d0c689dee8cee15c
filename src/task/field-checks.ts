/** Checks of single fields of a task definition. All fail with UsageError, which names the field, the value and what to write. */
import { UsageError } from '../errors.ts'
import { lookUp } from '../io/look-up.ts'
import { endsWithSpace, startsWithSpace } from '../text/python-text.ts'
import { nearestName } from '../text/nearest-name.ts'
import { shownValue } from './shown-value.ts'

/** Checks the value of a field; `at` says which field of which file. */
export type Check = (value: unknown, at: string) => void

/** What is known of a field. */
export interface Field {
  readonly check: Check
  readonly isOptional?: boolean
}

/** Fields by their names. */
export type Fields = Readonly<Record<string, Field>>

/** Fails with UsageError. */
export function fail(message: string, hint: string): never {
  throw new UsageError(message, hint)
}

/** A text that is not empty. */
export const text: Check = (value, at) => {
  if (typeof value !== 'string' || value.trim() === '') fail(`${at} is ${shownValue(value)}, not a text`, 'Write a text that is not empty.')
}

/** A text without white space at its ends. */
export const plainText: Check = (value, at) => {
  text(value, at)
  if (startsWithSpace(value as string) || endsWithSpace(value as string))
    fail(`${at} ${shownValue(value)} begins or ends with white space`, 'Remove the white space.')
}

/** A function of a row. */
export const aFunction: Check = (value, at) => {
  if (typeof value !== 'function')
    fail(`${at} is ${shownValue(value)}, not a function`, `Write a function, for example ${at.split(': ').at(-1)}: (row) => …; see docs/task-authoring.md.`)
}

/** A zod schema. */
export const schema: Check = (value, at) => {
  if (typeof (value as { safeParse?: unknown } | undefined)?.safeParse !== 'function')
    fail(`${at} is ${shownValue(value)}, not a zod schema`, "Write for example row: z.object({ question: z.string() }), with z from 'evalharness'.")
}

/** True or false. */
export const flag: Check = (value, at) => {
  if (typeof value !== 'boolean') fail(`${at} is ${shownValue(value)}, not true or false`, 'Write true, or leave it out.')
}

/** A whole number from `least` on. */
export const wholeFrom =
  (least: number): Check =>
  (value, at) => {
    if (!Number.isSafeInteger(value) || (value as number) < least)
      fail(`${at} is ${shownValue(value)}, not a whole number from ${least} on`, `Write a whole number such as ${least}.`)
  }

/** One of the values. */
export const oneOf =
  (values: readonly string[]): Check =>
  (value, at) => {
    if (!values.includes(value as string)) fail(`${at} is ${shownValue(value)}, which is unknown`, `Write one of: ${values.join(', ')}.`)
  }

/** A number from 0 to 1. */
export const share: Check = (value, at) => {
  if (typeof value !== 'number' || !(value >= 0 && value <= 1)) fail(`${at} is ${shownValue(value)}, not a number from 0 to 1`, 'Write a share such as 1 / 4.')
}

/** An object with these fields. A field that is undefined counts as absent. `aliases` maps names from elsewhere to ours. */
export function checkFields(value: unknown, at: string, known: Fields, aliases: Readonly<Record<string, string>> = {}): void {
  if (!isRecord(value)) fail(`${at} is ${shownValue(value)}, not an object`, `Write { ${Object.keys(known).join(', ')} }.`)
  const names = Object.keys(known)
  for (const name of Object.keys(value)) if (!names.includes(name)) fail(`${at}: unknown field ${shownValue(name)}`, hintOf(name, names, aliases))
  for (const [name, { check, isOptional }] of Object.entries(known)) {
    if (value[name] !== undefined) check(value[name], `${at}: ${name}`)
    else if (!isOptional) fail(`${at}: the field ${name} is missing`, `Needed: ${names.filter((each) => !known[each]!.isOptional).join(', ')}.`)
  }
}

function hintOf(name: string, names: readonly string[], aliases: Readonly<Record<string, string>>): string {
  const meant = nearestName(name, [...names, ...Object.keys(aliases)])
  const alias = meant === undefined ? undefined : lookUp(aliases, meant)
  const own = alias === undefined || alias === meant ? meant : `${alias} (called ${meant} elsewhere)`
  return `${own === undefined ? '' : `Did you mean ${own}? `}Known: ${names.join(', ')}.`
}

/** Whether a value is an object with string keys. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Most bytes of a name: results add a prefix, a time and an extension, and a file system allows 255. */
const MOST_NAME_BYTES = 120

/** A name that can be part of a file name, of a list with commas and of `--data NAME:SPLIT=FILE`. */
export const usableName: Check = (value, at) => {
  text(value, at)
  const name = value as string
  if (!/^[\p{L}\p{N}][\p{L}\p{M}\p{N}._+-]*$/u.test(name) || name.endsWith('.') || Buffer.byteLength(name) > MOST_NAME_BYTES)
    fail(
      `${at} ${shownValue(name)} cannot be part of a file's name`,
      `Use letters, digits, "_", "-", "+" and ".", with a letter or digit first, ${MOST_NAME_BYTES} bytes at most.`,
    )
}

/** A list of different usable names. */
export const uniqueNames: Check = (value, at) => {
  if (!Array.isArray(value) || value.length === 0) fail(`${at} is ${shownValue(value)}, not a list of names`, 'Give a list of one or more names.')
  const seen = new Set<string>()
  for (const name of value as readonly string[]) {
    usableName(name, `${at}: name`)
    if (seen.has(name.toLowerCase())) fail(`${at}: ${name} is listed twice`, 'List each name once; some file systems do not distinguish case.')
    seen.add(name.toLowerCase())
  }
}
