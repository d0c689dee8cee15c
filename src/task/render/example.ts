/** Rows as few-shot examples. */
import type { PromptedTask } from '../define-task.ts'
import { optionalText, textOf } from './call-task.ts'
import { renderQuestion, type Question } from './question.ts'
import { placeOf, type RowSource, type TaskRow } from './row-source.ts'

/** A question with its answer. */
export interface Example {
  readonly prompt: string
  readonly answer: string
  /** How the answer begins; '' for most tasks. */
  readonly answerPrefix: string
}

/** A row as an example. Fails with DatasetError as `renderQuestion` does. */
export function renderExample(source: RowSource<PromptedTask>, row: TaskRow): Example {
  const form = source.task.shots?.example ?? {}
  // What the form says is not computed from the task's own functions, which need not accept the row of a sample.
  const plain = form.prompt && form.answer ? undefined : exampleOf(renderQuestion(source, row))
  const place = placeOf(source, row)
  const prefix = form.answerPrefix ?? source.task.answerPrefix
  return {
    prompt: form.prompt ? optionalText(place, 'example: prompt', () => form.prompt!(row.row)) : plain!.prompt,
    answer: form.answer ? textOf(place, 'example: answer', () => form.answer!(row.row)) : plain!.answer,
    answerPrefix: optionalText(place, 'answerPrefix', prefix && (() => prefix(row.row))),
  }
}

/** The question as an example: with its right answer, the first one if there are several. The right context of a schema is its question. */
export function exampleOf(question: Question): Example {
  const { answerPrefix } = question
  if (question.kind === 'choice') return { prompt: question.prompt, answer: question.choices[question.gold[0]!]!, answerPrefix }
  const prompt = question.kind === 'schema' ? question.contexts[question.gold[0]!]! : question.prompt
  return { prompt, answer: question.continuation, answerPrefix }
}
