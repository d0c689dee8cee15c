/** Questions and texts to items: prompts as lm-eval renders them, `api/task.py` `fewshot_context` and `construct_requests`. */
import { choiceMetric } from '../../metrics/registry.ts'
import type { PromptedTask, RollingTask } from '../define-task.ts'
import type { ContinuationRequest, Item, RollingItem } from '../request.ts'
import { optionalText, textOf } from './call-task.ts'
import type { Example } from './example.ts'
import type { Question } from './question.ts'
import { itemTaskName, placeOf, type RowSource, type TaskRow } from './row-source.ts'
import { continuationDelimiter, PLAIN_FORMAT, promptText, type PromptFormat } from './prompt-format.ts'
import { DEFAULT_DELIMITERS, exampleTurns, instructionTurns, questionTurns, type Delimiters } from './turns.ts'

/** A row as a text to score. Fails with DatasetError when the text is empty or a function of the task fails. */
export function rollingItem(source: RowSource<RollingTask>, taskRow: TaskRow): RollingItem {
  const { task, subset } = source
  const { rowIndex, row, raw } = taskRow
  const place = placeOf(source, taskRow)
  const text = textOf(place, 'text', () => task.text(row))
  const referenceText = task.referenceText ? textOf(place, 'referenceText', () => task.referenceText!(row)) : text
  return { kind: 'rolling', task: itemTaskName(task, subset), docId: rowIndex, doc: raw, target: text, referenceText, requests: [{ kind: 'rolling', text }] }
}

/** The text before a question: the instruction, then few-shot examples; and how all of it is written, which is plain if absent. */
export interface QuestionContext {
  readonly instruction: string
  readonly examples: readonly Example[]
  readonly format?: PromptFormat
}

/** The item of a question. */
export function questionItem(
  { task, subset }: RowSource<PromptedTask>,
  { rowIndex, raw }: TaskRow,
  question: Question,
  { instruction, examples, format = PLAIN_FORMAT }: QuestionContext,
): Item {
  const item = { task: itemTaskName(task, subset), docId: rowIndex, doc: raw }
  const { target: delimiter, example: exampleDelimiter } = delimitersOf(task)
  const before = [
    ...instructionTurns(format.systemInstruction, instruction, exampleDelimiter),
    ...examples.flatMap((example) => exampleTurns(example, exampleDelimiters(task))),
  ]
  /** Nothing comes between a context of a schema and the beginning of its answer. */
  const contextOf = (prompt: string) =>
    promptText([...before, ...questionTurns(prompt, question.answerPrefix, question.kind === 'schema' ? '' : delimiter)], format)
  if (question.kind === 'text') {
    const { prompt, continuation } = question
    return { ...item, kind: 'text', target: continuation, requests: [request(contextOf(prompt), continuation)] }
  }
  const { gold } = question
  const between = continuationDelimiter(delimiter, question.answerPrefix, format)
  if (question.kind === 'schema') {
    const { contexts, continuation } = question
    const requests = contexts.map((context) => request(contextOf(context), between + continuation))
    return { ...item, kind: 'schema', target: continuation, choices: contexts, gold, requests }
  }
  const { choices, target, prompt } = question
  const context = contextOf(prompt)
  const after = (text: string) => choices.map((choice) => request(text, between + choice))
  return { ...item, kind: 'choice', target, choices, gold, requests: needsUnconditional(task) ? [...after(context), ...after('')] : after(context) }
}

function request(context: string, continuation: string): ContinuationRequest {
  return { kind: 'continuation', context, continuation }
}

function needsUnconditional(task: PromptedTask): boolean {
  return task.kind === 'choice' && task.metrics.some((name) => choiceMetric(name).needsUnconditional)
}

/** What comes between the parts of a task's questions. */
function delimitersOf({ targetDelimiter, shots }: PromptedTask): Delimiters {
  return { target: targetDelimiter ?? DEFAULT_DELIMITERS.target, example: shots?.delimiter ?? DEFAULT_DELIMITERS.example }
}

/** What comes between the parts of its examples. */
function exampleDelimiters(task: PromptedTask): Delimiters {
  const plain = delimitersOf(task)
  return { ...plain, target: task.shots?.example?.targetDelimiter ?? plain.target }
}

/** The text before the examples; '' for a task without an instruction. Fails with DatasetError when the task's function fails. */
export function renderInstruction(source: RowSource<PromptedTask>, row: TaskRow): string {
  const { task, subset } = source
  return optionalText(placeOf(source, row), 'instruction', task.instruction && (() => task.instruction!(subset, row.row)))
}
