/** Arguments of filters and methods, by Python's rules. */
import type { Budget } from './budget.ts'
import { TemplateError } from './template-error.ts'
import { defined, sizeOf, typeName, type Arguments, type Value } from './values.ts'

/** The arguments in the order of the names; undefined for those that are not given. Fails with TemplateError on others. */
export function bind(what: string, names: readonly string[], { positional, named }: Arguments): readonly (Value | undefined)[] {
  if (positional.length > names.length) throw new TemplateError(`${what} takes ${names.length} arguments at most, ${positional.length} are given`)
  const unknown = [...named.keys()].find((name) => !names.includes(name))
  if (unknown !== undefined) throw new TemplateError(`${what} has no argument ${unknown} here`)
  return names.map((name, index) => positional[index] ?? named.get(name)).map((value) => (value === undefined ? undefined : defined(value)))
}

/** Takes the work of looking through the arguments. */
export function spendArguments({ positional, named }: Arguments, budget: Budget): void {
  for (const value of [...positional, ...named.values()]) budget.spend(sizeOf(value))
}

/** A text. */
export function textArgument(what: string, value: Value | undefined): string {
  if (typeof value === 'string') return value
  throw new TemplateError(`${what} needs a text, not ${value === undefined ? 'nothing' : typeName(value)}`)
}

/** An int. */
export function intArgument(what: string, value: Value | undefined): number {
  if (typeof value === 'bigint' || typeof value === 'boolean') return Number(value)
  throw new TemplateError(`${what} needs a whole number, not ${value === undefined ? 'nothing' : typeName(value)}`)
}
