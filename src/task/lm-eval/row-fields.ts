/**
 * What `doc_to_text`, `doc_to_target`, `doc_to_choice`, `description` and `gen_prefix` give for a row; lm-eval `api/task.py`. Each is the name of a
 * column, a template, a constant or a function.
 */
import { listNames } from '../../text/list-names.ts'
import { isRecord } from '../field-checks.ts'
import { shownValue } from '../shown-value.ts'
import type { LoadedFunctions } from './functions.ts'
import { TaskRefused } from './task-refused.ts'
import { evaluate } from './template/evaluate.ts'
import { parseTemplate } from './template/parse-template.ts'
import { pythonLiteral } from './template/python-literal.ts'
import { pythonText } from './template/python-repr.ts'
import { TemplateError, UndefinedError } from './template/template-error.ts'
import { defined, Dict, fromData, isList, Tuple, typeName, type Value } from './template/values.ts'
import { FunctionReference } from './yaml-file.ts'

/** The value for a row, before lm-eval makes a text, number or list of it. */
type RowField = (row: Dict, data: unknown) => { readonly value: Value; readonly isTemplate: boolean }

/** Reads a row. */
export type RowReader<T> = (row: unknown) => T

/** What is needed to read the keys of a task. */
export interface FieldContext {
  readonly functions: LoadedFunctions
  /** The task has `doc_to_choice`: a text of digits is then a number. */
  readonly hasChoices: boolean
}

/** Most columns in a message. */
const MOST_COLUMNS = 12
const WHOLE = /^\d+$/u

/** The prompt; a number is the index of the context that is right (lm-eval's multiple inputs). */
export function promptReader(key: string, given: unknown, context: FieldContext): RowReader<string | number> {
  const field = rowField(key, given, context)
  return reader(key, field, (value, isTemplate) => {
    if (isTemplate && typeof value === 'string' && context.hasChoices && WHOLE.test(value)) return wholeNumber(key, pythonLiteral(value))
    return typeof value === 'bigint' || typeof value === 'boolean' ? Number(value) : aText(key, value)
  })
}

/** The target: an index, a text or a list, as lm-eval reads it. */
export function targetReader(key: string, given: unknown, context: FieldContext): RowReader<Value> {
  const field = rowField(key, given, context)
  return reader(key, field, (value, isTemplate) => {
    if (!isTemplate || typeof value !== 'string') return value
    if (context.hasChoices && WHOLE.test(value)) return pythonLiteral(value)
    return value.length >= 2 && value.startsWith('[') && value.endsWith(']') ? literalOr(value) : value
  })
}

/** The choices. */
export function choicesReader(key: string, given: unknown, context: FieldContext): RowReader<readonly string[]> {
  const field = rowField(key, isRecord(given) ? Object.values(given) : given, context)
  return reader(key, field, (value, isTemplate) => {
    const list = isTemplate && typeof value === 'string' ? pythonLiteral(value) : value
    const items = list instanceof Tuple ? list.items : list
    if (!isList(items)) throw new TemplateError(`${key} gives ${typeName(defined(list))}, not a list`)
    return items.map((item) => aText(key, item))
  })
}

/** A text; a column of that name, or a template. */
export function textReader(key: string, given: unknown, context: FieldContext): RowReader<string> {
  const field = rowField(key, given, context)
  return reader(key, field, (value) => (value === null ? '' : aText(key, value)))
}

function reader<T>(key: string, field: RowField, convert: (value: Value, isTemplate: boolean) => T): RowReader<T> {
  return (data) => {
    const row = dictOf(data)
    try {
      const { value, isTemplate } = field(row, data)
      return convert(value, isTemplate)
    } catch (error) {
      throw error instanceof UndefinedError ? new TemplateError(`${key}: ${error.message}; the row has ${columnsOf(row)}`) : error
    }
  }
}

function columnsOf({ entries }: Dict): string {
  return listNames([...entries.keys()].map(String), MOST_COLUMNS)
}

/** Rows as Python values; several fields read one row. */
const dicts = new WeakMap<object, Dict>()

function dictOf(row: unknown): Dict {
  if (!isRecord(row)) throw new TemplateError('the row is not an object')
  const known = dicts.get(row)
  if (known) return known
  const dict = fromData(row)
  if (!(dict instanceof Dict)) throw new TemplateError('the row is not an object')
  dicts.set(row, dict)
  return dict
}

function rowField(key: string, given: unknown, { functions }: FieldContext): RowField {
  if (given instanceof FunctionReference) {
    const compute = functions.get(given)
    if (!compute) throw new TaskRefused(`${key}: !function ${given.name} is not loaded`)
    return (_, data) => ({ value: fromData(compute(data)), isTemplate: false })
  }
  if (typeof given !== 'string') {
    if (given === undefined || given === null || (typeof given === 'object' && !Array.isArray(given)))
      throw new TaskRefused(`${key}: ${shownValue(given)} is not a column, template, list or number`, `${key} of another form`)
    const value = fromData(given)
    return () => ({ value, isTemplate: false })
  }
  const template = parsed(key, given)
  return (row) => {
    const column = row.entries.get(given)
    return column === undefined ? { value: evaluate(template, row), isTemplate: true } : { value: column, isTemplate: false }
  }
}

function parsed(key: string, text: string) {
  try {
    return parseTemplate(text)
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error
    throw new TaskRefused(`${key}: the template ${shownValue(text)}: ${error.message}`, `${key}: ${error.message}`)
  }
}

function literalOr(text: string): Value {
  try {
    return pythonLiteral(text)
  } catch (error) {
    if (error instanceof TemplateError) return text
    throw error
  }
}

function wholeNumber(key: string, value: Value): number {
  if (typeof value === 'bigint') return Number(value)
  throw new TemplateError(`${key} gives ${pythonText(value)}, not a whole number`)
}

function aText(key: string, value: Value): string {
  if (typeof value === 'string') return value
  throw new TemplateError(`${key} gives ${typeName(defined(value))}, not a text`)
}
