/** Whether a few-shot example shows an item's answer. */
import { squeeze } from '../../text/python-text.ts'
import type { Example } from './example.ts'
import { optionsOf, type Question } from './question.ts'

/** A question's texts without their differences in white space. */
export interface ComparableQuestion {
  readonly prompt: string
  readonly choices: readonly string[]
  readonly answer: string
}

/**
 * The question as `isSameQuestion` compares it. The continuation of a schema is what its contexts share, so it counts as the prompt. `shown` is the
 * question as an example, if the task's examples have a form of their own.
 */
export function comparable(question: Question, shown?: Example): ComparableQuestion {
  const choices = optionsOf(question).map(squeeze)
  if (shown) return { prompt: squeeze(shown.prompt), choices: [...choices, squeeze(shown.answer)], answer: squeeze(shown.answer) }
  const prompt = squeeze(question.kind === 'schema' ? question.continuation : question.prompt)
  return { prompt, choices, answer: choices[question.kind === 'text' ? 0 : question.gold[0]!]! }
}

/** An example that has a form of its own, as `isSameQuestion` compares it. */
export function comparableExample({ prompt, answer }: Example): ComparableQuestion {
  return { prompt: squeeze(prompt), choices: [], answer: squeeze(answer) }
}

/**
 * Whether the example has the item's prompt, and as its answer one of the item's choices. The prompt alone is not enough: PIQA has 35 goals more
 * than once, with other solutions, and lm-eval shows such rows.
 */
export function isSameQuestion(example: ComparableQuestion, item: ComparableQuestion): boolean {
  return example.prompt === item.prompt && item.choices.includes(example.answer)
}
