/** Operators between values. */
import { codePoints } from '../../../text/python-text.ts'
import type { Budget } from './budget.ts'
import { pythonText } from './python-repr.ts'
import { TemplateError } from './template-error.ts'
import { defined, Dict, elements, equals, isList, isNumber, plainNumber, sizeOf, Tuple, typeName, type Value } from './values.ts'

/** Most digits of an int. */
const MOST_BITS = 4096n

/** `left operator right`, for all operators but `and` and `or`. */
export function operate(operator: string, left: Value, right: Value, budget: Budget): Value {
  const a = defined(left)
  const b = defined(right)
  budget.spend(sizeOf(a) + sizeOf(b))
  if (operator === '~') return concatenated(pythonText(a, budget), pythonText(b, budget), budget)
  if (operator === '==') return equals(a, b, budget)
  if (operator === '!=') return !equals(a, b, budget)
  if (operator === 'in') return contains(b, a, budget)
  if (operator === 'not in') return !contains(b, a, budget)
  if (['<', '>', '<=', '>='].includes(operator)) return isOrdered(operator, compared(a, b))
  if (isNumber(a) && isNumber(b)) return calculate(operator, plainNumber(a), plainNumber(b))
  if (operator === '+' && typeof a === 'string' && typeof b === 'string') return concatenated(a, b, budget)
  if (operator === '+' && isList(a) && isList(b)) return spent([...a, ...b], budget)
  if (operator === '+' && a instanceof Tuple && b instanceof Tuple) return new Tuple(spent([...a.items, ...b.items], budget))
  if (operator === '*' && (typeof a === 'bigint' || typeof b === 'bigint'))
    return typeof a === 'bigint' ? repeated(b, a, budget) : repeated(a, b as bigint, budget)
  throw new TemplateError(`${operator} is not supported between ${typeName(a)} and ${typeName(b)}`)
}

/** `-value` or `+value`. */
export function signed(operator: string, given: Value): Value {
  const value = defined(given)
  if (!isNumber(value)) throw new TemplateError(`${operator} is not supported before ${typeName(value)}`)
  return operator === '-' ? -plainNumber(value) : plainNumber(value)
}

function concatenated(a: string, b: string, budget: Budget): string {
  budget.spend(a.length + b.length)
  return a + b
}

function spent(items: readonly Value[], budget: Budget): readonly Value[] {
  budget.spend(items.length)
  return items
}

function repeated(value: Value, times: bigint, budget: Budget): Value {
  if (typeof value !== 'string' && !isList(value)) throw new TemplateError(`* is not supported between ${typeName(defined(value))} and an int`)
  const count = Math.max(Number(times), 0)
  budget.spend(value.length * count)
  return typeof value === 'string' ? value.repeat(count) : Array.from({ length: count }, () => value).flat(1)
}

function contains(container: Value, wanted: Value, budget: Budget): boolean {
  if (typeof container === 'string') {
    if (typeof wanted === 'string') return container.includes(wanted)
    throw new TemplateError(`a text cannot contain ${typeName(defined(wanted))}`)
  }
  if (container instanceof Dict) return typeof wanted === 'string' && container.entries.has(wanted)
  return elements(container).some((element) => equals(element, wanted, budget))
}

/** Below 0, 0 or above 0; numbers or texts, or lists of them. */
function compared(a: Value, b: Value): number {
  if (isNumber(a) && isNumber(b))
    return plainNumber(a) < plainNumber(b) ? -1 : plainNumber(a) > plainNumber(b) ? 1 : plainNumber(a) == plainNumber(b) ? 0 : Number.NaN
  if (typeof a === 'string' && typeof b === 'string') return comparedTexts(codePoints(a), codePoints(b))
  throw new TemplateError(`${typeName(defined(a))} and ${typeName(defined(b))} cannot be ordered`)
}

/** By code points, as Python does. */
function comparedTexts(a: readonly string[], b: readonly string[]): number {
  for (let index = 0; index < Math.min(a.length, b.length); index++) {
    const difference = a[index]!.codePointAt(0)! - b[index]!.codePointAt(0)!
    if (difference !== 0) return difference
  }
  return a.length - b.length
}

function isOrdered(operator: string, order: number): boolean {
  if (operator === '<') return order < 0
  if (operator === '>') return order > 0
  return operator === '<=' ? order <= 0 : order >= 0
}

function calculate(operator: string, a: bigint | number, b: bigint | number): bigint | number {
  if (['/', '//', '%'].includes(operator) && Number(b) === 0) throw new TemplateError('division by zero')
  if (typeof a === 'bigint' && typeof b === 'bigint' && operator !== '/' && !(operator === '**' && b < 0n)) return ofInts(operator, a, b)
  return ofFloats(operator, Number(a), Number(b))
}

function ofInts(operator: string, a: bigint, b: bigint): bigint {
  switch (operator) {
    case '+':
      return bounded(a + b)
    case '-':
      return bounded(a - b)
    case '*':
      return bounded(a * b)
    case '//':
      return a / b - (a % b !== 0n && a < 0n !== b < 0n ? 1n : 0n)
    case '%':
      return ((a % b) + b) % b
    case '**':
      return BigInt(a.toString(2).length) * b > MOST_BITS ? bounded(1n << (MOST_BITS + 1n)) : a ** b
  }
  throw new TemplateError(`${operator} is not supported between ints`)
}

function ofFloats(operator: string, a: number, b: number): number {
  switch (operator) {
    case '+':
      return a + b
    case '-':
      return a - b
    case '*':
      return a * b
    case '/':
      return a / b
    case '//':
      return Math.floor(a / b)
    case '%':
      return a - b * Math.floor(a / b)
    case '**':
      return a ** b
  }
  throw new TemplateError(`${operator} is not supported between floats`)
}

function bounded(value: bigint): bigint {
  if (value >= 1n << MOST_BITS || value <= -(1n << MOST_BITS)) throw new TemplateError('a number is too large')
  return value
}
