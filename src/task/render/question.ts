/** Rows as questions: what a task's functions return for a row, checked. */
import { choiceMetric } from '../../metrics/registry.ts'
import type { ChoiceTask, PromptedTask } from '../define-task.ts'
import { failRow, optionalText, textOf, textsOf } from './call-task.ts'
import { rightChoices } from './gold.ts'
import { placeOf, type RowSource, type TaskRow } from './row-source.ts'

interface QuestionFields {
  /** How the answer begins; '' for most tasks. */
  readonly answerPrefix: string
}

/** One context, several continuations. */
export interface ChoiceQuestion extends QuestionFields {
  readonly kind: 'choice'
  /** '' if the choices are whole texts. */
  readonly prompt: string
  readonly choices: readonly string[]
  /** Indices of the right choices, one or more. */
  readonly gold: readonly number[]
  readonly target: string
}

/** Several contexts, one continuation. */
export interface SchemaQuestion extends QuestionFields {
  readonly kind: 'schema'
  readonly contexts: readonly string[]
  readonly continuation: string
  readonly gold: readonly number[]
}

/** One context, one continuation. */
export interface TextQuestion extends QuestionFields {
  readonly kind: 'text'
  readonly prompt: string
  /** With its leading space. */
  readonly continuation: string
}

export type Question = ChoiceQuestion | SchemaQuestion | TextQuestion

/** A row as a question. Fails with DatasetError on an empty prompt or choice, fewer than two choices, a gold out of range, or a task function that throws. */
export function renderQuestion(source: RowSource<PromptedTask>, taskRow: TaskRow): Question {
  const { task } = source
  const { row } = taskRow
  const place = placeOf(source, taskRow)
  const answerPrefix = optionalText(place, 'answerPrefix', task.answerPrefix && (() => task.answerPrefix!(row)))
  if (task.kind === 'schema') {
    const contexts = textsOf(place, 'contexts', 'context', () => task.contexts(row))
    const continuation = textOf(place, 'continuation', () => task.continuation(row))
    return { kind: 'schema', contexts, continuation, gold: rightChoices(task, row, contexts, place).gold, answerPrefix }
  }
  const prompt = task.prompt ? textOf(place, 'prompt', () => task.prompt!(row)) : ''
  if (task.kind === 'text') return { kind: 'text', prompt, continuation: textOf(place, 'continuation', () => task.continuation(row)), answerPrefix }
  const choices = textsOf(place, 'choices', 'choice', () => task.choices(row))
  checkCount(task, choices.length, place)
  const right = rightChoices(task, row, choices, place)
  const target = task.target ? textOf(place, 'target', () => task.target!(row)) : right.target
  return { kind: 'choice', prompt, choices, gold: right.gold, target, answerPrefix }
}

/** Some metrics are about two classes. */
function checkCount({ metrics }: ChoiceTask, count: number, place: string): void {
  const limited = metrics.find((name) => count > (choiceMetric(name).mostChoices ?? Infinity))
  if (limited) failRow(`${place}: ${count} choices, but ${limited} is for ${choiceMetric(limited).mostChoices}`, `Leave ${limited} out of the task's metrics.`)
}

/** What a question offers: choices, contexts, or its one continuation. */
export function optionsOf(question: Question): readonly string[] {
  if (question.kind === 'text') return [question.continuation]
  return question.kind === 'schema' ? question.contexts : question.choices
}
