/** Attributes and items of values: `a.b`, `a['b']`, `a[1:]`. Only what data has, and the methods of text-methods.ts and below. */
import { codePoints } from '../../../text/python-text.ts'
import { lookUp } from '../../../io/look-up.ts'
import { bind, spendArguments, textArgument } from './arguments.ts'
import type { Budget } from './budget.ts'
import { pythonText } from './python-repr.ts'
import { TemplateError } from './template-error.ts'
import { TEXT_METHODS } from './text-methods.ts'
import { defined, Dict, equals, isList, lengthOf, Method, sizeOf, Tuple, typeName, Undefined, type Arguments, type Value } from './values.ts'

type ListMethod = (items: readonly Value[], args: Arguments, budget: Budget) => Value
type DictMethod = (dict: Dict, args: Arguments) => Value

const LIST_METHODS: Readonly<Record<string, ListMethod>> = {
  index(items, args, budget) {
    const [wanted] = bind('index', ['value'], args)
    const place = items.findIndex((item) => equals(item, wanted ?? null, budget))
    if (place < 0) throw new TemplateError('index: the list does not have that value')
    return BigInt(place)
  },
  count(items, args, budget) {
    const [wanted] = bind('count', ['value'], args)
    return BigInt(items.filter((item) => equals(item, wanted ?? null, budget)).length)
  },
}

const DICT_METHODS: Readonly<Record<string, DictMethod>> = {
  get(dict, args) {
    const [key, other] = bind('get', ['key', 'default'], args)
    return dict.entries.get(textArgument('get', key)) ?? other ?? null
  },
  items: (dict, args) => all('items', args, () => [...dict.entries].map((entry) => new Tuple(entry))),
  keys: (dict, args) => all('keys', args, () => [...dict.entries.keys()]),
  values: (dict, args) => all('values', args, () => [...dict.entries.values()]),
}

/** Names of methods that Python's dict has besides: a key of such a name is not an attribute. */
const OTHER_DICT_METHODS: readonly string[] = ['clear', 'copy', 'fromkeys', 'pop', 'popitem', 'setdefault', 'update']

/** Every method that a template may call. */
export const METHOD_NAMES: ReadonlySet<string> = new Set([TEXT_METHODS, LIST_METHODS, DICT_METHODS].flatMap(Object.keys))

function all(name: string, args: Arguments, list: () => readonly Value[]): readonly Value[] {
  bind(name, [], args)
  return list()
}

/** `object.name`: a method, else the item of that name. */
export function attribute(object: Value, name: string, budget: Budget): Value {
  return methodOf(object, name, budget) ?? item(object, name, budget) ?? missing(object, name)
}

/** `object[key]`: the item, else the method of that name. */
export function subscript(object: Value, key: Value, budget: Budget): Value {
  const name = defined(key)
  return item(object, name, budget) ?? (typeof name === 'string' ? methodOf(object, name, budget) : undefined) ?? missing(object, name)
}

/** `object[start:stop:step]` */
export function sliced(given: Value, bounds: { readonly [Bound in 'start' | 'stop' | 'step']?: Value | undefined }, budget: Budget): Value {
  const object = defined(given)
  const items = typeof object === 'string' ? codePoints(object) : object instanceof Tuple ? object.items : object
  if (!isList(items)) throw new TemplateError(`${typeName(object)} cannot be sliced`)
  budget.spend(items.length)
  const step = bound(bounds.step) ?? 1
  if (step === 0) throw new TemplateError('the step of a slice is 0')
  const at = (value: number) => (value < 0 ? value + items.length : value)
  const start = at(bound(bounds.start) ?? (step > 0 ? 0 : items.length - 1))
  const stop = bounds.stop === undefined || bounds.stop === null ? (step > 0 ? items.length : -1) : at(bound(bounds.stop)!)
  const chosen: Value[] = []
  if (step > 0) for (let index = Math.max(start, 0); index < Math.min(stop, items.length); index += step) chosen.push(items[index]!)
  else for (let index = Math.min(start, items.length - 1); index > Math.max(stop, -1); index += step) chosen.push(items[index]!)
  if (typeof object === 'string') return chosen.map((part) => pythonText(part, budget)).join('')
  return object instanceof Tuple ? new Tuple(chosen) : chosen
}

function bound(value: Value | undefined): number | undefined {
  if (value === undefined || value === null) return undefined
  if (typeof value === 'bigint') return Number(value)
  throw new TemplateError(`${typeName(defined(value))} is not a bound of a slice`)
}

function methodOf(given: Value, name: string, budget: Budget): Method | undefined {
  const object = defined(given)
  if (typeof object === 'string') return boundMethod(name, lookUp(TEXT_METHODS, name), object, budget)
  if (isList(object)) return boundMethod(name, lookUp(LIST_METHODS, name), object, budget)
  if (object instanceof Tuple) return boundMethod(name, lookUp(LIST_METHODS, name), object.items, budget)
  if (!(object instanceof Dict)) return undefined
  if (OTHER_DICT_METHODS.includes(name)) throw new TemplateError(`the method ${name} is not supported`)
  return boundMethod(name, lookUp(DICT_METHODS, name), object, budget)
}

function boundMethod<Self extends Value>(
  name: string,
  method: ((self: Self, args: Arguments, budget: Budget) => Value) | undefined,
  self: Self,
  budget: Budget,
): Method | undefined {
  if (!method) return undefined
  return new Method(name, (args) => {
    budget.spend(sizeOf(self))
    spendArguments(args, budget)
    return method(self, args, budget)
  })
}

function item(given: Value, key: Value, budget: Budget): Value | undefined {
  const object = defined(given)
  if (object instanceof Dict) return typeof key === 'string' ? object.entries.get(key) : undefined
  if (typeof key !== 'bigint' && typeof key !== 'boolean') return undefined
  if (typeof object !== 'string' && !isList(object) && !(object instanceof Tuple)) return undefined
  if (typeof object === 'string') budget.spend(object.length)
  const place = Number(key)
  const items = typeof object === 'string' ? codePoints(object) : object instanceof Tuple ? object.items : object
  return items[place < 0 ? place + lengthOf(object) : place]
}

function missing(object: Value, key: Value): Undefined {
  return new Undefined(`${typeof key === 'string' ? JSON.stringify(key) : typeof key === 'bigint' ? `[${key}]` : 'an item'} of ${typeName(defined(object))}`)
}
