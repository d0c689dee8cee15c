/** Filters: `value|name(arguments)`, as Jinja2 3.1 defines them. */
import { capitalize, codePoints } from '../../../text/python-text.ts'
import { lookUp } from '../../../io/look-up.ts'
import { bind, intArgument, spendArguments, textArgument } from './arguments.ts'
import type { Budget } from './budget.ts'
import { MOST_DIGITS } from './python-literal.ts'
import { pythonText } from './python-repr.ts'
import { regexReplace } from './regex-replace.ts'
import { subscript } from './subscript.ts'
import { TemplateError } from './template-error.ts'
import { joinTexts, replaceText, TEXT_METHODS } from './text-methods.ts'
import { defined, elements, isNumber, lengthOf, sizeOf, Undefined, truth, typeName, type Arguments, type Value } from './values.ts'

type Filter = (value: Value, args: Arguments, budget: Budget) => Value

const NO_ARGUMENTS: Arguments = { positional: [], named: new Map() }

/** By name. What is not here, is not supported. */
const FILTERS: Readonly<Record<string, Filter>> = {
  abs: (value, args) => {
    bind('abs', [], args)
    const number = defined(value)
    if (typeof number === 'bigint') return number < 0n ? -number : number
    return typeof number === 'number' ? Math.abs(number) : fail('abs', number)
  },
  capitalize: ofText('capitalize', capitalize),
  count: (value, args) => length(value, args),
  d: (value, args) => fallback(value, args),
  default: (value, args) => fallback(value, args),
  first: (value, args) => end('first', value, args, 0),
  int: (value, args) => {
    const [other = 0n] = bind('int', ['default'], args)
    return toInt(defined(value)) ?? other
  },
  join: (value, args, budget) => {
    const [delimiter = '', name] = bind('join', ['d', 'attribute'], args)
    const items = elements(value).map((element) => (name === undefined ? element : subscript(element, name, budget)))
    return joinTexts(
      pythonText(delimiter, budget),
      items.map((item) => pythonText(item, budget)),
      budget,
    )
  },
  last: (value, args) => end('last', value, args, -1),
  length: (value, args) => length(value, args),
  list: (value, args) => {
    bind('list', [], args)
    return [...elements(value)]
  },
  lower: ofText('lower', (text) => text.toLowerCase()),
  map: mapped,
  regex_replace: (value, args, budget) => {
    const [pattern, replacement, count = 0n] = bind('regex_replace', ['pattern', 'repl', 'count'], args)
    const texts = { pattern: textArgument('regex_replace', pattern), replacement: textArgument('regex_replace', replacement) }
    return regexReplace(textArgument('regex_replace', defined(value)), { ...texts, count: intArgument('regex_replace', count) }, budget)
  },
  replace: (value, args, budget) => {
    const [from, to, count = null] = bind('replace', ['old', 'new', 'count'], args)
    return replaceText(pythonText(value, budget), { from: textArgument('replace', from), to: textArgument('replace', to), count }, budget)
  },
  reverse: (value, args) => {
    bind('reverse', [], args)
    return typeof value === 'string' ? codePoints(value).toReversed().join('') : elements(value).toReversed()
  },
  string: (value, args, budget) => {
    bind('string', [], args)
    return pythonText(value, budget)
  },
  title: ofText('title', (text) => text.replace(/[^-\s({[<]+/gu, titledWord)),
  trim: (value, args, budget) => TEXT_METHODS['strip']!(pythonText(value, budget), args, budget),
  upper: ofText('upper', (text) => text.toUpperCase()),
}

/** Jinja2's, which is not Python's. */
function titledWord(word: string): string {
  const [first, ...rest] = codePoints(word)
  return first!.toUpperCase() + rest.join('').toLowerCase()
}

/** Names of all filters. */
export const FILTER_NAMES: readonly string[] = Object.keys(FILTERS)

/** The value after the filter of that name. Fails with TemplateError on an unknown one. */
export function applyFilter(name: string, value: Value, args: Arguments, budget: Budget): Value {
  const filter = lookUp(FILTERS, name)
  if (!filter) throw new TemplateError(`the filter ${name} is not supported`)
  budget.spend(sizeOf(value))
  spendArguments(args, budget)
  return filter(value, args, budget)
}

function ofText(name: string, convert: (text: string) => string): Filter {
  return (value, args, budget) => {
    bind(name, [], args)
    const text = pythonText(value, budget)
    budget.spend(text.length)
    return convert(text)
  }
}

function length(value: Value, args: Arguments): bigint {
  bind('length', [], args)
  return BigInt(lengthOf(value))
}

/** For a value that is undefined, or with `true` as second argument false. */
function fallback(value: Value, args: Arguments): Value {
  const [other = '', isForFalse = false] = bind('default', ['default_value', 'boolean'], args)
  if (value instanceof Undefined) return other
  return truth(isForFalse) && !truth(value) ? other : value
}

function end(name: string, value: Value, args: Arguments, place: 0 | -1): Value {
  bind(name, [], args)
  return elements(value).at(place) ?? new Undefined(`the ${name} item of an empty list`)
}

/** `map(attribute='x')`, or `map('filter', arguments)`. */
function mapped(value: Value, args: Arguments, budget: Budget): Value {
  const items = elements(value)
  const [filter, ...rest] = args.positional
  if (filter !== undefined) return items.map((item) => applyFilter(textArgument('map', filter), item, { positional: rest, named: args.named }, budget))
  const [name] = bind('map', ['attribute'], { ...NO_ARGUMENTS, named: args.named })
  const parts = textArgument('map', name).split('.')
  return items.map((item) => parts.reduce<Value>((part, key) => subscript(part, /^\d+$/u.test(key) ? BigInt(key) : key, budget), item))
}

/** Python's `int()` of a number or of a text in decimal digits, also with a fraction; undefined otherwise. */
function toInt(value: Exclude<Value, Undefined>): bigint | undefined {
  if (isNumber(value)) return typeof value === 'number' ? ofFloat(value) : BigInt(value)
  if (typeof value !== 'string') return undefined
  const text = value.trim()
  if (text.length > MOST_DIGITS) return undefined
  if (/^[+-]?\d+$/u.test(text)) return text.startsWith('-') ? -BigInt(text.slice(1)) : BigInt(text.replace('+', ''))
  return /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/u.test(text) ? ofFloat(Number(text)) : undefined
}

function ofFloat(value: number): bigint | undefined {
  return Number.isFinite(value) ? BigInt(Math.trunc(value)) : undefined
}

function fail(name: string, value: Exclude<Value, Undefined>): never {
  throw new TemplateError(`${name} does not take ${typeName(value)}`)
}
