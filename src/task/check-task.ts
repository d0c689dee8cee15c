/**
 * Strict checks of a task definition when its file is loaded. A field that nothing reads, such as `instructions`, would leave the prompt
 * without its instruction and the score without a warning, so every field is known or an error.
 */
import { UsageError } from '../errors.ts'
import { lookUp } from '../io/look-up.ts'
import { didYouMean, nearestName } from '../text/nearest-name.ts'
import type { ChoiceMetric, Task, TextMetric } from './define-task.ts'
import { endsWithSpace, startsWithSpace } from './python-text.ts'
import { shownValue } from './shown-value.ts'

/** Checks the value of a field; `at` says which field of which file. */
type Check = (value: unknown, at: string) => void

interface Field {
  readonly check: Check
  readonly isOptional?: boolean
}

/** Satisfied only by a list of all members, so that a new metric cannot be forgotten here. */
const CHOICE_METRICS = Object.keys({ acc: 0, acc_norm: 0, acc_bytes: 0, acc_mutual_info: 0 } satisfies Record<ChoiceMetric, 0>)
const TEXT_METRICS = Object.keys({
  word_perplexity: 0,
  byte_perplexity: 0,
  bits_per_byte: 0,
  token_perplexity: 0,
  sentence_perplexity: 0,
} satisfies Record<TextMetric, 0>)

/** What lm-eval calls our fields, for those who bring a task from there. */
const LM_EVAL_FIELDS: Readonly<Record<string, string>> = {
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
}

const text: Check = (value, at) => {
  if (typeof value !== 'string' || value.trim() === '') fail(`${at} is ${shownValue(value)}, not a text`, 'Write a text that is not empty.')
}

const plainText: Check = (value, at) => {
  text(value, at)
  if (startsWithSpace(value as string) || endsWithSpace(value as string))
    fail(`${at} ${shownValue(value)} begins or ends with white space`, 'Take the white space away.')
}

const aFunction: Check = (value, at) => {
  if (typeof value !== 'function')
    fail(`${at} is ${shownValue(value)}, not a function`, `Write a function, for example ${at.split(': ').at(-1)}: (row) => …; see docs/task-authoring.md.`)
}

const schema: Check = (value, at) => {
  if (typeof (value as { safeParse?: unknown } | undefined)?.safeParse !== 'function')
    fail(`${at} is ${shownValue(value)}, not a zod schema`, "Write for example row: z.object({ question: z.string() }), with z from 'evalharness'.")
}

const flag: Check = (value, at) => {
  if (typeof value !== 'boolean') fail(`${at} is ${shownValue(value)}, not true or false`, 'Write true, or leave it out.')
}

const wholeFrom =
  (least: number): Check =>
  (value, at) => {
    if (!Number.isSafeInteger(value) || (value as number) < least)
      fail(`${at} is ${shownValue(value)}, not a whole number from ${least} on`, `Write a whole number such as ${least}.`)
  }

/** Most bytes of a name: results add a prefix, a time and an extension, and a file system has 255. */
const MOST_NAME_BYTES = 120

/** Names stand in file names, in lists with commas and in `--data NAME:SPLIT=FILE`. */
const usableName: Check = (value, at) => {
  text(value, at)
  const name = value as string
  if (!/^[\p{L}\p{N}][\p{L}\p{M}\p{N}._+-]*$/u.test(name) || name.endsWith('.') || Buffer.byteLength(name) > MOST_NAME_BYTES)
    fail(
      `${at} ${shownValue(name)} cannot be part of a file's name`,
      `Use letters, digits, "_", "-", "+" and ".", with a letter or digit first, ${MOST_NAME_BYTES} bytes at most.`,
    )
}

const SOURCE_FIELDS: Readonly<Record<string, Field>> = {
  split: { check: plainText },
  config: { check: plainText, isOptional: true },
  file: { check: filePattern, isOptional: true },
  defaultLimit: { check: wholeFrom(1), isOptional: true },
}
const HUB_FIELDS = { repo: { check: repository }, revision: { check: plainText, isOptional: true }, ...SOURCE_FIELDS }
const FOLDER_FIELDS = { folder: { check: text }, ...SOURCE_FIELDS }

const COMMON_FIELDS: Readonly<Record<string, Field>> = {
  name: { check: usableName },
  version: { check: wholeFrom(1) },
  summary: { check: text, isOptional: true },
  dataset: { check: dataset },
  row: { check: schema },
  subsets: { check: subsets, isOptional: true },
}
const CHOICE_FIELDS: Readonly<Record<string, Field>> = {
  ...COMMON_FIELDS,
  instruction: { check: aFunction, isOptional: true },
  prompt: { check: aFunction },
  choices: { check: aFunction },
  gold: { check: aFunction },
  metrics: { check: metricsOf('choices', CHOICE_METRICS, TEXT_METRICS) },
  shots: { check: (value, at) => checkFields(value, at, { split: { check: plainText }, defaultCount: { check: wholeFrom(0) } }), isOptional: true },
}
const TEXT_FIELDS: Readonly<Record<string, Field>> = {
  ...COMMON_FIELDS,
  text: { check: aFunction },
  original: { check: aFunction, isOptional: true },
  metrics: { check: metricsOf('texts', TEXT_METRICS, CHOICE_METRICS) },
}

/** The task that a file exports. Fails with UsageError on anything else; `file` is named in the message. */
export function checkTask(exported: unknown, file: string): Task {
  if (!isRecord(exported) || (exported['kind'] !== 'choice' && exported['kind'] !== 'text'))
    fail(`${file} does not export a task`, 'Write `export default defineTask({ … })`; see docs/task-authoring.md.')
  const { kind, ...fields } = exported
  // `choices` alone decides the kind, so a task with a slip in that field would be called one of texts.
  const isChoice = kind === 'choice' || (!('text' in fields) && ('prompt' in fields || 'gold' in fields))
  if (isChoice && 'text' in fields) fail(`${file}: has both text and choices`, 'A task asks for one of a list of choices, or scores a text; make two tasks.')
  checkFields(fields, file, isChoice ? CHOICE_FIELDS : TEXT_FIELDS, LM_EVAL_FIELDS)
  const task = exported as unknown as Task
  checkSplits(task, file)
  return task
}

/** What one field cannot tell: rows that two splits or all subsets would share. */
function checkSplits({ dataset: source, subsets: ofTask, ...task }: Task, file: string): void {
  const pattern = source.file
  if (ofTask && source.config !== undefined)
    fail(`${file}: dataset: config ${shownValue(source.config)} is without effect`, 'Each of the subsets is a configuration of its own; leave config out.')
  if (ofTask && pattern !== undefined && !pattern.includes('{config}'))
    fail(`${file}: dataset: file ${shownValue(pattern)} is the same for all subsets`, 'Put {config} where the name of the subset belongs.')
  if (task.kind === 'text' || !task.shots || task.shots.split === source.split || pattern === undefined || pattern.includes('{split}')) return
  fail(
    `${file}: dataset: file ${shownValue(pattern)} is the same for the splits ${task.shots.split} and ${source.split}`,
    'Put {split} where the split belongs.',
  )
}

function metricsOf(what: string, own: readonly string[], others: readonly string[]): Check {
  return (value, at) => {
    if (!Array.isArray(value) || value.length === 0) fail(`${at} is ${shownValue(value)}, not a list of metrics`, `Give one or more of: ${own.join(', ')}.`)
    value.forEach((metric: unknown, index) => {
      const name = String(metric)
      if (others.includes(name)) fail(`${at}: ${name} is not a metric of ${what}`, `A task of ${what} has: ${own.join(', ')}.`)
      if (!own.includes(name)) fail(`${at}: unknown metric ${shownValue(metric)}`, `${didYouMean(name, own)}A task of ${what} has: ${own.join(', ')}.`)
      if (value.indexOf(metric) !== index) fail(`${at}: ${name} stands there twice`, 'List each metric once.')
    })
  }
}

function repository(value: unknown, at: string): void {
  plainText(value, at)
  if (!/^[\w.-]+(?:\/[\w.-]+)?$/u.test(value as string))
    fail(`${at} ${shownValue(value)} is not a repository of the hub`, 'Write OWNER/NAME; for rows that lie with the task: dataset: { folder }.')
}

function filePattern(value: unknown, at: string): void {
  plainText(value, at)
  for (const [placeholder] of (value as string).matchAll(/\{[^{}]*\}/gu))
    if (placeholder !== '{split}' && placeholder !== '{config}')
      fail(`${at} ${shownValue(value)}: unknown placeholder ${placeholder}`, `${didYouMean(placeholder, ['{split}', '{config}'])}Known: {split}, {config}.`)
}

function dataset(value: unknown, at: string): void {
  if (!isRecord(value)) fail(`${at} is ${shownValue(value)}, not a source of rows`, "Write for example dataset: { repo: 'me/mine', split: 'test' }.")
  if ('repo' in value && 'folder' in value) fail(`${at} has both repo and folder`, 'Rows are on the hub or in a folder; give one of the two.')
  if ('folder' in value) checkFields(value, at, FOLDER_FIELDS)
  else checkFields(value, at, HUB_FIELDS, { path: 'repo', name: 'config', folder: 'folder' })
}

function subsets(value: unknown, at: string): void {
  checkFields(value, at, {
    names: { check: uniqueNames },
    groups: {
      check: (groups, where) => void (isRecord(groups) || fail(`${where} is ${shownValue(groups)}, not groups`, 'Write groups: {} when there are none.')),
    },
    isPart: { check: flag, isOptional: true },
  })
  const { names, groups } = value as { readonly names: readonly string[]; readonly groups: Readonly<Record<string, unknown>> }
  for (const [group, members] of Object.entries(groups)) {
    const place = `${at}: groups: ${group}`
    usableName(group, `${at}: groups: name`)
    if (names.includes(group)) fail(`${place} has the name of a subset`, 'Results of both would stand under one name; rename the group.')
    uniqueNames(members, place)
    const unknown = (members as readonly string[]).find((member) => !names.includes(member))
    if (unknown !== undefined) fail(`${place}: unknown subset ${shownValue(unknown)}`, `${didYouMean(unknown, names)}Groups are made of the subsets in names.`)
  }
}

function uniqueNames(value: unknown, at: string): void {
  if (!Array.isArray(value) || value.length === 0) fail(`${at} is ${shownValue(value)}, not a list of names`, 'Give a list with one name or more.')
  const seen = new Set<string>()
  for (const name of value as readonly string[]) {
    usableName(name, `${at}: name`)
    if (seen.has(name.toLowerCase())) fail(`${at}: ${name} stands there twice`, 'List each name once; case does not tell names apart in all file systems.')
    seen.add(name.toLowerCase())
  }
}

/** Fields that are undefined count as left out. `aliases` are names from elsewhere with ours. */
function checkFields(value: unknown, at: string, known: Readonly<Record<string, Field>>, aliases: Readonly<Record<string, string>> = {}): void {
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

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function fail(message: string, hint: string): never {
  throw new UsageError(message, hint)
}
