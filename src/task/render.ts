/** Rows to items: prompts as lm-eval renders them, `api/task.py` `fewshot_context` and `construct_requests`. */
import { DatasetError } from '../errors.ts'
import { choiceMetric } from '../metrics/registry.ts'
import type { QuestionTask, Task, TextTask } from './define-task.ts'
import type { Item, Request } from './request.ts'
import { shownValue } from './shown-value.ts'
import { errorText } from '../text/error-text.ts'

/** A row to score, and its place in the dataset. */
export interface TaskRow {
  /** Index in the dataset, from 0. */
  readonly rowIndex: number
  /** As the task's schema returned it. */
  readonly row: unknown
  /** As in the dataset. */
  readonly raw: unknown
}

/** What all rows of one dataset file have in common. */
export interface RowSource<T extends Task = Task> {
  readonly task: T
  /** '' for a task without subsets. */
  readonly subset: string
  /** Name of the source in errors. */
  readonly source: string
}

/** A row of a task with choices, as the task's functions see it. */
export interface Question {
  /** The text before the choices; empty if the choices are contexts. */
  readonly prompt: string
  /** What is scored after the prompt; if there is an ending, the contexts after which that is scored. */
  readonly choices: readonly string[]
  /** The text after each context of a schema. */
  readonly ending?: string
  /** Index of the right choice. */
  readonly gold: number
}

/** Name of the results: `mmlu_anatomy` for a subset. */
export function itemTaskName(task: Task, subset: string): string {
  return subset === '' ? task.name : `${task.name}_${subset}`
}

/** A row as a text to score. Fails with DatasetError when the text is empty or a function of the task fails. */
export function renderText({ task, subset, source }: RowSource<TextTask>, { rowIndex, row, raw }: TaskRow): Item {
  const place = placeOf(task, source, rowIndex)
  const text = textOf(place, 'text', () => task.text(row))
  const referenceText = task.referenceText ? textOf(place, 'referenceText', () => task.referenceText!(row)) : text
  return { task: itemTaskName(task, subset), docId: rowIndex, doc: raw, target: text, choices: [], gold: -1, referenceText, requests: [{ kind: 'text', text }] }
}

/** A row as a question. Fails with DatasetError on an empty prompt or choice, fewer than two choices, a gold out of range, or a task function that throws. */
export function renderQuestion({ task, source }: RowSource<QuestionTask>, { rowIndex, row }: TaskRow): Question {
  const place = placeOf(task, source, rowIndex)
  if (task.kind === 'schema') {
    const contexts = checkedChoices(place, 'contexts', 'context', () => task.contexts(row))
    const ending = textOf(place, 'continuation', () => task.continuation(row))
    return { prompt: '', choices: contexts, ending, gold: checkedGold(task, row, contexts.length, place) }
  }
  const prompt = textOf(place, 'prompt', () => task.prompt(row))
  const choices = checkedChoices(place, 'choices', 'choice', () => task.choices(row))
  return { prompt, choices, gold: checkedGold(task, row, choices.length, place) }
}

/** Two or more texts. `one` is the word for one of them. */
function checkedChoices(place: string, field: string, one: string, compute: () => readonly string[]): readonly string[] {
  const choices = call(place, field, compute)
  if (!Array.isArray(choices)) fail(`${place}: ${field} returned ${shownValue(choices)}, not a list of texts`)
  // Not forEach, which skips holes.
  for (const [index, choice] of choices.entries()) checkText(place, `${one} ${index} is`, choice)
  if (choices.length < 2)
    fail(
      `${place}: ${choices.length === 0 ? `no ${field}` : `one ${one}`}; a question needs two or more`,
      `With one ${one} every model is always right. Leave the row out.`,
    )
  return choices
}

/** The text before a question: the instruction, then few-shot examples. */
export interface QuestionContext {
  readonly instruction: string
  readonly examples: readonly Question[]
}

/** The item of a question. */
export function questionItem(
  { task, subset }: RowSource<QuestionTask>,
  { rowIndex, raw }: TaskRow,
  question: Question,
  { instruction, examples }: QuestionContext,
): Item {
  const { choices, ending, gold } = question
  const before = instruction + examples.map(exampleText).join('')
  const needsUnconditional = task.metrics.some((name) => choiceMetric(name).needsUnconditional)
  const requests = needsUnconditional ? [...requestsOf(question, before), ...requestsOf({ ...question, prompt: '' }, '')] : requestsOf(question, before)
  return { task: itemTaskName(task, subset), docId: rowIndex, doc: raw, target: ending ?? String(gold), choices, gold, referenceText: '', requests }
}

/** A request for each choice, after the text before the question. */
function requestsOf({ prompt, choices, ending }: Question, before: string): Request[] {
  return choices.map((choice) => ({
    kind: 'continuation',
    context: before + (ending === undefined ? prompt : choice),
    continuation: ` ${ending ?? choice}`,
  }))
}

/** Question, a space, answer, an empty line. The right context of a schema is its question. */
function exampleText({ prompt, choices, ending, gold }: Question): string {
  return ending === undefined ? `${prompt} ${choices[gold]}\n\n` : `${choices[gold]} ${ending}\n\n`
}

/** The text before the examples; '' for a task without an instruction. Fails with DatasetError when the task's function fails. */
export function renderInstruction({ task, subset, source }: RowSource<QuestionTask>): string {
  if (!task.instruction) return ''
  const place = `${taskLabel(task)}: ${source}`
  const instruction = call(place, 'instruction', () => task.instruction!(subset))
  return typeof instruction === 'string' ? instruction : fail(`${place}: instruction returned ${shownValue(instruction)}, not a text`)
}

function checkedGold(task: QuestionTask, row: unknown, choiceCount: number, place: string): number {
  const gold = call(place, 'gold', () => task.gold(row))
  if (!Number.isInteger(gold)) fail(`${place}: gold returned ${shownValue(gold)}, not the index of a choice`, 'Return a whole number that counts from 0.')
  if (gold >= 0 && gold < choiceCount) return gold
  return fail(
    `${place}: label ${gold} is out of range, there are ${choiceCount} choices`,
    'Labels count from 0. A split without labels (-1) cannot be scored: use one that has them.',
  )
}

/** The task's name in messages, with its file unless it is built in. */
export function taskLabel({ name, taskFile }: Task): string {
  return taskFile === undefined ? `task ${name}` : `task ${name} (${taskFile})`
}

function placeOf(task: Task, source: string, rowIndex: number): string {
  return `${taskLabel(task)}: ${source}, row ${rowIndex}`
}

function textOf(place: string, name: string, compute: () => string): string {
  return checkText(place, `${name} returned`, call(place, name, compute))
}

/** An empty text has no probability, and normalizing by length would divide by zero. */
function checkText(place: string, what: string, value: unknown): string {
  if (typeof value !== 'string') fail(`${place}: ${what} ${shownValue(value)}, not a text`)
  if (value.trim() === '') fail(`${place}: ${what} an empty text, ${shownValue(value)}`, 'Leave such rows out of the file.')
  return value
}

/** A task's functions see rows that passed its schema. An error names the function and the row. */
function call<T>(place: string, name: string, compute: () => T): T {
  try {
    return compute()
  } catch (cause) {
    throw new DatasetError(
      `${place}: the function ${name} fails: ${errorText(cause)}`,
      "Make the task's row schema reject such rows, or its functions accept them.",
      { cause },
    )
  }
}

function fail(message: string, hint = "Correct the function in the task file, or make the task's row schema reject such rows."): never {
  throw new DatasetError(message, hint)
}
