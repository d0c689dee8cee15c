/**
 * Strict checks of a task definition when its file is loaded. An unknown field, such as `instructions`, would leave the prompt without its instruction
 * and the score without a warning, so it is an error.
 */
import { CHOICE_METRIC_NAMES, ROLLING_METRIC_NAMES, TEXT_METRIC_NAMES } from '../metrics/registry.ts'
import { didYouMean } from '../text/nearest-name.ts'
import { fewShotSplit, type Task } from './define-task.ts'
import { FEW_SHOT_SAMPLERS } from './few-shot-settings.ts'
import {
  aFunction,
  checkFields,
  fail,
  flag,
  isRecord,
  oneOf,
  plainText,
  schema,
  share,
  text,
  usableName,
  wholeFrom,
  type Check,
  type Fields,
} from './field-checks.ts'
import { shownValue } from './shown-value.ts'
import { dataset, subsets } from './source-checks.ts'

/** Names of our fields in lm-eval and in earlier versions, for those who bring a task from there. */
const ALIASES: Readonly<Record<string, string>> = {
  task: 'name',
  description: 'instruction',
  doc_to_text: 'prompt',
  doc_to_choice: 'choices',
  doc_to_target: 'gold',
  metric_list: 'metrics',
  dataset_path: 'dataset.repo',
  dataset_name: 'dataset.config',
  test_split: 'dataset.split',
  validation_split: 'dataset.split',
  fewshot_split: 'shots.split',
  num_fewshot: 'shots.defaultCount',
  fewshot_config: 'shots.sampler',
  fewshot_delimiter: 'shots.delimiter',
  target_delimiter: 'targetDelimiter',
  gen_prefix: 'answerPrefix',
  original: 'referenceText',
}

const EXAMPLE_FIELDS: Fields = {
  prompt: { check: aFunction, isOptional: true },
  answer: { check: aFunction, isOptional: true },
  answerPrefix: { check: aFunction, isOptional: true },
  targetDelimiter: { check: anyText, isOptional: true },
}
const SHOTS_FIELDS: Fields = {
  defaultCount: { check: wholeFrom(0) },
  sampler: { check: oneOf(FEW_SHOT_SAMPLERS), isOptional: true },
  leavesItemOut: { check: flag, isOptional: true },
  delimiter: { check: anyText, isOptional: true },
  example: { check: fieldsOf(EXAMPLE_FIELDS), isOptional: true },
}
const SPLIT_SHOTS_FIELDS: Fields = { split: { check: plainText }, ...SHOTS_FIELDS }
const SAMPLE_SHOTS_FIELDS: Fields = { samples: { check: listOf(anything) }, row: { check: schema, isOptional: true }, ...SHOTS_FIELDS }
const CHANCE_FIELDS: Fields = { uniform: { check: share }, majority: { check: (value, at) => value === null || share(value, at) } }
const BENCHMARK_FIELDS: Fields = {
  title: { check: plainText, isOptional: true },
  mainMetric: { check: text, isOptional: true },
  rowCount: { check: wholeFrom(1), isOptional: true },
  chance: { check: fieldsOf(CHANCE_FIELDS), isOptional: true },
  uses: { check: listOf(plainText), isOptional: true },
}

const COMMON_FIELDS: Fields = {
  name: { check: usableName },
  version: { check: wholeFrom(1) },
  summary: { check: text, isOptional: true },
  dataset: { check: dataset },
  row: { check: schema },
  subsets: { check: subsets, isOptional: true },
  benchmark: { check: fieldsOf(BENCHMARK_FIELDS), isOptional: true },
}
const PROMPTED_FIELDS: Fields = {
  instruction: { check: aFunction, isOptional: true },
  targetDelimiter: { check: anyText, isOptional: true },
  answerPrefix: { check: aFunction, isOptional: true },
  shots: { check: shots, isOptional: true },
  keepsWhiteSpace: { check: flag, isOptional: true },
}
const QUESTION_FIELDS: Fields = { gold: { check: aFunction }, ...PROMPTED_FIELDS }
const CHOICE_FIELDS: Fields = {
  ...COMMON_FIELDS,
  prompt: { check: functionOrNull },
  choices: { check: aFunction },
  ...QUESTION_FIELDS,
  target: { check: aFunction, isOptional: true },
  metrics: { check: metricsOf('choices', CHOICE_METRIC_NAMES) },
}
const SCHEMA_FIELDS: Fields = {
  ...COMMON_FIELDS,
  contexts: { check: aFunction },
  continuation: { check: aFunction },
  ...QUESTION_FIELDS,
  metrics: { check: listOf(oneOf(['acc'])) },
}
const TEXT_FIELDS: Fields = {
  ...COMMON_FIELDS,
  prompt: { check: functionOrNull },
  continuation: { check: aFunction },
  ...PROMPTED_FIELDS,
  metrics: { check: metricsOf('continuations', TEXT_METRIC_NAMES) },
}
const ROLLING_FIELDS: Fields = {
  ...COMMON_FIELDS,
  text: { check: aFunction },
  referenceText: { check: aFunction, isOptional: true },
  metrics: { check: metricsOf('texts', ROLLING_METRIC_NAMES) },
}

const CORPUS_FIELDS: Fields = {
  ...COMMON_FIELDS,
  text: { check: aFunction },
  separator: { check: anyText },
  windowLength: { check: wholeFrom(2) },
  metrics: { check: listOf(oneOf(['token_perplexity'])) },
}

/** The task that a file exports. Fails with UsageError on anything else; `file` is named in the message. */
export function checkTask(exported: unknown, file: string): Task {
  if (!isRecord(exported) || !['choice', 'schema', 'text', 'rolling', 'corpus'].includes(exported['kind'] as string))
    fail(`${file} does not export a task`, 'Write `export default defineTask({ … })`; see docs/task-authoring.md.')
  const { kind, ...fields } = exported
  checkFields(fields, file, fieldsOfKind(kind, fields, file), ALIASES)
  const task = exported as unknown as Task
  checkSplits(task, file)
  checkMainMetric(task, file)
  return task
}

/** The fields of the form that the task has. Fails with UsageError if it has those of two. */
function fieldsOfKind(kind: unknown, fields: Readonly<Record<string, unknown>>, file: string): Fields {
  const hint = 'A task asks for one of a list of choices, chooses among contexts, or scores a continuation or a whole text; make two tasks.'
  // The name of one field decides the kind, so a task with a typo in that name would be taken for one of whole texts.
  if (kind === 'schema') {
    for (const other of ['prompt', 'text']) if (other in fields) fail(`${file}: has both ${other} and contexts`, hint)
    return SCHEMA_FIELDS
  }
  if (kind === 'corpus') return CORPUS_FIELDS
  if (kind === 'text') {
    if ('text' in fields) fail(`${file}: has both text and continuation`, hint)
    return TEXT_FIELDS
  }
  const isChoice = kind === 'choice' || (!('text' in fields) && ('prompt' in fields || 'gold' in fields))
  if (isChoice && 'text' in fields) fail(`${file}: has both text and choices`, hint)
  return isChoice ? CHOICE_FIELDS : ROLLING_FIELDS
}

/** What no single field shows: rows that two splits or all subsets would share. */
function checkSplits(task: Task, file: string): void {
  const { dataset: source, subsets: ofTask } = task
  const pattern = source.file
  if (ofTask && source.config !== undefined)
    fail(`${file}: dataset: config ${shownValue(source.config)} has no effect`, 'Each subset is a configuration of its own; leave config out.')
  if (ofTask && pattern !== undefined && !pattern.includes('{config}'))
    fail(`${file}: dataset: file ${shownValue(pattern)} is the same for all subsets`, 'Put {config} where the name of the subset belongs.')
  const split = fewShotSplit(task)
  if (split === undefined || split === source.split || pattern === undefined || pattern.includes('{split}')) return
  fail(`${file}: dataset: file ${shownValue(pattern)} is the same for the splits ${split} and ${source.split}`, 'Put {split} where the split belongs.')
}

function checkMainMetric({ benchmark, metrics }: Task, file: string): void {
  const main = benchmark?.mainMetric
  if (main !== undefined && !(metrics as readonly string[]).includes(main))
    fail(`${file}: benchmark: mainMetric ${shownValue(main)} is not among the task's metrics`, `Give one of: ${metrics.join(', ')}.`)
}

function fieldsOf(fields: Fields): Check {
  return (value, at) => checkFields(value, at, fields)
}

function listOf(check: Check): Check {
  return (value, at) => {
    if (!Array.isArray(value)) fail(`${at} is ${shownValue(value)}, not a list`, 'Write a list in brackets.')
    value.forEach((each: unknown, index) => check(each, `${at}: ${index}`))
  }
}

/** Null says that there is none, where a field that is absent may have been forgotten. */
function functionOrNull(value: unknown, at: string): void {
  if (value !== null) aFunction(value, at)
}

/** Samples are checked as rows. */
function anything(): void {}

function anyText(value: unknown, at: string): void {
  if (typeof value !== 'string') fail(`${at} is ${shownValue(value)}, not a text`, 'Write a text, which may be empty.')
}

function shots(value: unknown, at: string): void {
  const hasSamples = isRecord(value) && 'samples' in value
  if (hasSamples && 'split' in value) fail(`${at} has both split and samples`, 'Examples come from a split or are written down; give one of the two.')
  checkFields(value, at, hasSamples ? SAMPLE_SHOTS_FIELDS : SPLIT_SHOTS_FIELDS)
}

const ALL_METRIC_NAMES: readonly string[] = [...CHOICE_METRIC_NAMES, ...TEXT_METRIC_NAMES, ...ROLLING_METRIC_NAMES]

function metricsOf(what: string, own: readonly string[]): Check {
  return (value, at) => {
    if (!Array.isArray(value) || value.length === 0) fail(`${at} is ${shownValue(value)}, not a list of metrics`, `Give one or more of: ${own.join(', ')}.`)
    value.forEach((metric: unknown, index) => {
      const name = String(metric)
      if (!own.includes(name) && ALL_METRIC_NAMES.includes(name)) fail(`${at}: ${name} is not a metric of ${what}`, `A task of ${what} has: ${own.join(', ')}.`)
      if (!own.includes(name)) fail(`${at}: unknown metric ${shownValue(metric)}`, `${didYouMean(name, own)}A task of ${what} has: ${own.join(', ')}.`)
      if (value.indexOf(metric) !== index) fail(`${at}: ${name} is listed twice`, 'List each metric once.')
    })
  }
}
