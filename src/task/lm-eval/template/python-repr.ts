/** Values as Python prints them. */
import { quotedText } from '../../../text/python-text.ts'
import { newBudget, type Budget } from './budget.ts'
import { TemplateError } from './template-error.ts'
import { defined, isList, sizeOf, Tuple, Dict, typeName, type Value } from './values.ts'

/** Python's `str()`. */
export function pythonText(value: Value, budget: Budget = newBudget()): string {
  return typeof value === 'string' ? value : pythonRepr(value, budget)
}

/** Python's `repr()`. */
export function pythonRepr(given: Value, budget: Budget = newBudget()): string {
  const value = defined(given)
  // One list can stand in another many times.
  budget.spend(sizeOf(value))
  const repr = (part: Value) => pythonRepr(part, budget)
  if (value === null) return 'None'
  if (typeof value === 'string') return quotedText(value)
  if (typeof value === 'boolean') return value ? 'True' : 'False'
  if (typeof value === 'bigint') return String(value)
  if (typeof value === 'number') return float(value)
  if (isList(value)) return `[${value.map(repr).join(', ')}]`
  if (value instanceof Tuple) return value.items.length === 1 ? `(${repr(value.items[0]!)},)` : `(${value.items.map(repr).join(', ')})`
  if (value instanceof Dict) return `{${[...value.entries].map(([key, each]) => `${quotedText(key)}: ${repr(each)}`).join(', ')}}`
  throw new TemplateError(`${typeName(value)} cannot be printed; call it`)
}

/** Shortest digits that give the float back; an exponent below 1e-4 and from 1e16 on. */
function float(value: number): string {
  if (Number.isNaN(value)) return 'nan'
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf'
  const [, digits, exponentText] = /^(.+)e([+-]\d+)$/u.exec(value.toExponential())!
  const exponent = Number(exponentText)
  if (exponent < -4 || exponent >= 16) return `${digits}e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`
  const text = Object.is(value, -0) ? '-0' : String(value)
  if (text.includes('e')) return value.toFixed(digits!.replace(/\D/gu, '').length - 1 - exponent)
  return text.includes('.') ? text : `${text}.0`
}
