/** Values of Python in templates: what a row holds, and what expressions give. */
import { codePointCount, codePoints } from '../../../text/python-text.ts'
import { isTooDeep } from '../../../io/parse-json.ts'
import type { Budget } from './budget.ts'
import { TemplateError, UndefinedError } from './template-error.ts'

/** A Python value: `bigint` is an int and `number` a float. */
export type Value = null | boolean | bigint | number | string | readonly Value[] | Tuple | Dict | Method | Undefined

/** A tuple. */
export class Tuple {
  readonly items: readonly Value[]
  constructor(items: readonly Value[]) {
    this.items = items
  }
}

/** A dict with texts as keys. */
export class Dict {
  readonly entries: ReadonlyMap<string, Value>
  constructor(entries: ReadonlyMap<string, Value>) {
    this.entries = entries
  }
}

/** A method of a value, to be called. */
export class Method {
  readonly name: string
  readonly call: (args: Arguments) => Value
  constructor(name: string, call: (args: Arguments) => Value) {
    this.name = name
    this.call = call
  }
}

/** What a name without a value means; any use of it is an error, as with Jinja's StrictUndefined. */
export class Undefined {
  readonly what: string
  constructor(what: string) {
    this.what = what
  }
}

/** Arguments of a call. */
export interface Arguments {
  readonly positional: readonly Value[]
  readonly named: ReadonlyMap<string, Value>
}

/** A row or a part of one. Fails with TemplateError on what JSON cannot hold. */
export function fromData(data: unknown): Value {
  if (isTooDeep(data)) throw new TemplateError('the row is nested too deeply')
  return convert(data)
}

function convert(data: unknown): Value {
  if (data === null || data === undefined) return null
  if (typeof data === 'string' || typeof data === 'boolean' || typeof data === 'bigint') return data
  if (typeof data === 'number') return Number.isSafeInteger(data) ? BigInt(data) : data
  if (Array.isArray(data)) return data.map(convert)
  if (typeof data === 'object' && !(data instanceof Date) && !ArrayBuffer.isView(data))
    return new Dict(new Map(Object.entries(data).map(([key, value]) => [key, convert(value)])))
  throw new TemplateError('the row has a value that is not a text, number, list or object')
}

/** The value as plain data, with ints as numbers as far as they are exact. */
export function toData(value: Value): unknown {
  if (typeof value === 'bigint') return isSafe(value) ? Number(value) : value
  if (isList(value)) return value.map(toData)
  if (value instanceof Tuple) return value.items.map(toData)
  if (value instanceof Dict) return Object.fromEntries([...value.entries].map(([key, each]) => [key, toData(each)]))
  return value
}

function isSafe(value: bigint): boolean {
  return value >= BigInt(Number.MIN_SAFE_INTEGER) && value <= BigInt(Number.MAX_SAFE_INTEGER)
}

/** Whether it is a list; `Array.isArray` does not tell readonly ones apart. */
export function isList(value: Value): value is readonly Value[] {
  return Array.isArray(value)
}

/** A number of Python; a bool counts as 0 or 1. */
export function isNumber(value: Value): value is bigint | number | boolean {
  return typeof value === 'bigint' || typeof value === 'number' || typeof value === 'boolean'
}

/** A bool as an int. */
export function plainNumber(value: bigint | number | boolean): bigint | number {
  return typeof value === 'boolean' ? BigInt(value) : value
}

/** Python's name of the type, for messages. */
export function typeName(value: Value): string {
  if (value === null) return 'None'
  if (typeof value === 'boolean') return 'a bool'
  if (typeof value === 'bigint') return 'an int'
  if (typeof value === 'number') return 'a float'
  if (typeof value === 'string') return 'a text'
  if (isList(value)) return 'a list'
  if (value instanceof Tuple) return 'a tuple'
  return value instanceof Dict ? 'a dict' : 'a method'
}

/** The value, unless it is undefined. Fails with TemplateError, which names what is missing. */
export function defined(value: Value): Exclude<Value, Undefined> {
  if (value instanceof Undefined) throw new UndefinedError(`${value.what} is undefined`)
  return value
}

/** Python's `bool()`. */
export function truth(given: Value): boolean {
  const value = defined(given)
  if (isList(value)) return value.length > 0
  if (value instanceof Tuple) return value.items.length > 0
  if (value instanceof Dict) return value.entries.size > 0
  return Boolean(value)
}

/** Python's `len()`. */
export function lengthOf(given: Value): number {
  const value = defined(given)
  if (typeof value === 'string') return codePointCount(value)
  if (isList(value)) return value.length
  if (value instanceof Tuple) return value.items.length
  if (value instanceof Dict) return value.entries.size
  throw new TemplateError(`${typeName(value)} has no length`)
}

/** Characters or elements that are looked through when the value is used, without those of its elements. */
export function sizeOf(value: Value): number {
  if (typeof value === 'string' || isList(value)) return value.length
  if (value instanceof Tuple) return value.items.length
  return value instanceof Dict ? value.entries.size : 0
}

/** What a loop over the value goes through. */
export function elements(given: Value): readonly Value[] {
  const value = defined(given)
  if (typeof value === 'string') return codePoints(value)
  if (isList(value)) return value
  if (value instanceof Tuple) return value.items
  if (value instanceof Dict) return [...value.entries.keys()]
  throw new TemplateError(`${typeName(value)} is not a list`)
}

/** Python's `==`. */
export function equals(left: Value, right: Value, budget: Budget): boolean {
  const a = defined(left)
  const b = defined(right)
  // One list can stand in another many times.
  budget.spend(sizeOf(a))
  // Of an int and a float too, `==` compares the numbers.
  if (isNumber(a) && isNumber(b)) return plainNumber(a) == plainNumber(b)
  if (isList(a) && isList(b)) return sameItems(a, b, budget)
  if (a instanceof Tuple && b instanceof Tuple) return sameItems(a.items, b.items, budget)
  if (a instanceof Dict && b instanceof Dict)
    return a.entries.size === b.entries.size && [...a.entries].every(([key, value]) => b.entries.has(key) && equals(value, b.entries.get(key)!, budget))
  return a === b
}

function sameItems(a: readonly Value[], b: readonly Value[], budget: Budget): boolean {
  return a.length === b.length && a.every((value, index) => equals(value, b[index]!, budget))
}
