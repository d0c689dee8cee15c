/** A task of the ordinary contract from the keys of lm-eval's YAML. */
import { z } from 'zod'
import type { ChoiceTask, Gold, RollingTask, SchemaTask, Task, TextTask } from '../define-task.ts'
import { isRecord, usableName } from '../field-checks.ts'
import { explainUnsupportedTask } from '../unsupported-tasks.ts'
import { shownValue } from '../shown-value.ts'
import { fewShotsOf, type ScoredReaders } from './few-shots-of.ts'
import type { LoadedFunctions, RowFunction } from './functions.ts'
import { rightChoices } from './gold.ts'
import { checkKeys } from './keys.ts'
import { metricsOf } from './metrics-of.ts'
import { choicesReader, promptReader, targetReader, textReader, type FieldContext, type RowReader } from './row-fields.ts'
import { rowsOf } from './rows-of.ts'
import { TaskRefused } from './task-refused.ts'
import { pythonText } from './template/python-repr.ts'
import { FunctionReference, versionOf, type YamlFields } from './yaml-file.ts'

/** The keys of a task, and what they refer to. */
export interface TaskSource {
  readonly name: string
  readonly fields: YamlFields
  /** Of the YAML. */
  readonly folder: string
  readonly functions: LoadedFunctions
}

/** What all kinds of tasks have. */
type CommonFields = Pick<Task, 'name' | 'version' | 'summary' | 'dataset' | 'row'>

/** Fails with TaskRefused, which names the key that is not supported. */
export function buildTask(source: TaskSource): Task {
  const { name, fields, functions } = source
  usableName(name, 'task')
  const { output_type: type = 'generate_until' } = fields
  if (type === 'generate_until')
    throw new TaskRefused(explainUnsupportedTask(name) ?? `${name} generates text; evalharness scores log-likelihoods`, 'generates text')
  checkKeys(fields)
  checkFilters(fields['filter_list'])
  const context: FieldContext = { functions, hasChoices: isGiven(fields['doc_to_choice']) }
  const common = commonFields(source)
  if (type === 'multiple_choice') return questionTask(common, source, context)
  if (type === 'loglikelihood') return textTask(common, source, context)
  if (type === 'loglikelihood_rolling') return rollingTask(common, source, context)
  throw new TaskRefused(`output_type: ${shownValue(type)} is not known`, `output_type ${shownValue(type)}`)
}

function commonFields({ name, fields, folder, functions }: TaskSource): CommonFields {
  return {
    name,
    version: versionOf(fields),
    dataset: rowsOf(fields, folder),
    row: rowSchema(fields, functions),
  }
}

/** Any row; `process_docs` changes it, and the cells of a CSV file are numbers where they look so, as `load_dataset` reads them. */
function rowSchema({ process_docs: processDocs, dataset_path: format }: YamlFields, functions: LoadedFunctions): z.ZodType {
  const row: z.ZodType<Record<string, unknown>> = z.record(z.string(), z.unknown())
  const typed = format === 'csv' ? row.transform(withNumbers) : row
  if (!isGiven(processDocs)) return typed
  if (!(processDocs instanceof FunctionReference))
    throw new TaskRefused(`process_docs: ${shownValue(processDocs)} is not a function`, 'process_docs of another form')
  const process: RowFunction = functions.get(processDocs)!
  return typed.transform((each) => process(each))
}

function withNumbers(row: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const cell = (value: unknown) => (typeof value === 'string' && /^-?(?:\d{1,15}|\d+\.\d+)$/u.test(value) ? Number(value) : value)
  return Object.fromEntries(Object.entries(row).map(([column, value]) => [column, cell(value)]))
}

/** What tasks with a prompt share. */
function promptedFields({ fields }: TaskSource, context: FieldContext) {
  const description = isGiven(fields['description']) && fields['description'] !== '' ? textReader('description', fields['description'], context) : undefined
  const prefix = isGiven(fields['gen_prefix']) ? textReader('gen_prefix', fields['gen_prefix'], context) : undefined
  const delimiter = fields['target_delimiter']
  if (isGiven(delimiter) && typeof delimiter !== 'string')
    throw new TaskRefused(`target_delimiter: ${shownValue(delimiter)} is not a text`, 'target_delimiter of another form')
  return {
    keepsWhiteSpace: true,
    ...(description && { instruction: (_: string, row: unknown) => description(row) }),
    ...(prefix && { answerPrefix: prefix }),
    ...(typeof delimiter === 'string' && { targetDelimiter: delimiter }),
  }
}

function questionTask(common: CommonFields, source: TaskSource, context: FieldContext): ChoiceTask | SchemaTask {
  const { fields } = source
  const choices = choicesReader('doc_to_choice', needed(fields, 'doc_to_choice'), context)
  const target = targetReader('doc_to_target', needed(fields, 'doc_to_target'), context)
  const prompt = promptReader('doc_to_text', needed(fields, 'doc_to_text'), context)
  const metrics = metricsOf('multiple_choice', fields['metric_list'])
  const readers: ScoredReaders = { prompt, target, choices }
  const shots = fewShotsOf(fields, context, readers)
  const prompted = promptedFields(source, context)
  if (givesIndex(fields['doc_to_text'])) {
    const other = metrics.find((metric) => metric !== 'acc')
    if (other !== undefined) throw new TaskRefused(`metric_list: ${other} is not computed if the choices are contexts`, `metric ${other} of contexts`)
    const continuation = (row: unknown) => pythonText(target(row))
    return { kind: 'schema', ...common, ...prompted, contexts: choices, continuation, gold: (row) => contextIndex(prompt(row)), metrics: ['acc'], shots }
  }
  return {
    kind: 'choice',
    ...common,
    ...prompted,
    prompt: fields['doc_to_text'] === '' ? null : (row: unknown) => promptText(prompt(row)),
    choices,
    gold: oneRight(metrics, (row) => rightChoices(target(row), choices(row))),
    target: (row) => pythonText(target(row)),
    metrics,
    shots,
  }
}

/** lm-eval fails in these metrics if an item has several right choices. */
const OF_ONE_RIGHT: readonly string[] = ['f1', 'mcc', 'brier_score', 'acc_mutual_info']

function oneRight(metrics: readonly string[], gold: RowReader<Gold>): RowReader<Gold> {
  const metric = metrics.find((each) => OF_ONE_RIGHT.includes(each))
  if (metric === undefined) return gold
  return (row) => {
    const right = gold(row)
    if (typeof right === 'number' || right.length === 1) return right
    throw new TypeError(`doc_to_target gives ${right.length} right choices; ${metric} is for one`)
  }
}

function textTask(common: CommonFields, source: TaskSource, context: FieldContext): TextTask {
  const { fields } = source
  const target = targetReader('doc_to_target', needed(fields, 'doc_to_target'), context)
  const prompt = promptReader('doc_to_text', needed(fields, 'doc_to_text'), context)
  return {
    kind: 'text',
    ...common,
    ...promptedFields(source, context),
    prompt: fields['doc_to_text'] === '' ? null : (row: unknown) => promptText(prompt(row)),
    continuation: oneText(target),
    metrics: metricsOf('loglikelihood', fields['metric_list']),
    shots: fewShotsOf(fields, context, { prompt, target, choices: undefined }),
  }
}

function rollingTask(common: CommonFields, { fields }: TaskSource, context: FieldContext): RollingTask {
  const text = oneText(targetReader('doc_to_target', needed(fields, 'doc_to_target'), context))
  return { kind: 'rolling', ...common, text, metrics: metricsOf('loglikelihood_rolling', fields['metric_list']) }
}

function oneText(target: RowReader<unknown>): RowReader<string> {
  return (row) => {
    const text = target(row)
    if (typeof text === 'string') return text
    throw new TypeError(`doc_to_target gives ${shownValue(text)}, not a text`)
  }
}

/**
 * Whether `doc_to_text` is the index of the right context: lm-eval looks at the first row, here it is decided by the key: a number, or the name of a
 * column or a template of one that is called a label.
 */
function givesIndex(key: unknown): boolean {
  if (typeof key === 'number') return true
  return typeof key === 'string' && /^(?:label|answer_?index|answer_?idx|gold|idx|target)$/iu.test(key.replace(/^\{\{\s*(\w+)(?:\s*\|\s*int)?\s*\}\}$/u, '$1'))
}

function promptText(prompt: string | number): string {
  if (typeof prompt === 'string') return prompt
  throw new TypeError(`doc_to_text gives the number ${prompt}: for contexts as choices, put it in a column called label, and write doc_to_text: label`)
}

function contextIndex(prompt: string | number): number {
  if (typeof prompt === 'number') return prompt
  throw new TypeError(`doc_to_text gives ${shownValue(prompt)}, not the index of a choice`)
}

/** lm-eval's default, which takes the first of repeated responses, changes nothing. Other filters give the metrics other names. */
function checkFilters(given: unknown): void {
  if (!isGiven(given)) return
  const [only, ...others] = Array.isArray(given) ? (given as unknown[]) : []
  const functions = isRecord(only) && Array.isArray(only['filter']) ? (only['filter'] as unknown[]) : []
  const isDefault =
    others.length === 0 && isRecord(only) && only['name'] === 'none' && functions.every((each) => isRecord(each) && each['function'] === 'take_first')
  if (!isDefault) throw new TaskRefused('filter_list: filters are for generated text', 'filter_list')
}

function needed(fields: YamlFields, key: string): unknown {
  const value = fields[key]
  if (!isGiven(value)) throw new TaskRefused(`the key ${key} is missing`, `no ${key}`)
  return value
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null
}
