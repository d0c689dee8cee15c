/** Whether a few-shot example shows an item's answer. */
import { squeeze } from '../text/python-text.ts'
import type { Question } from './render.ts'

/** A question's texts without their differences in white space. */
export interface ComparableQuestion {
  readonly prompt: string
  readonly choices: readonly string[]
  readonly answer: string
}

/** The question as `isSameQuestion` compares it. */
export function comparable({ prompt, choices, ending, gold }: Question): ComparableQuestion {
  const squeezed = choices.map(squeeze)
  return { prompt: squeeze(ending ?? prompt), choices: squeezed, answer: squeezed[gold]! }
}

/**
 * Whether the example has the item's prompt, and as its answer one of the item's choices. The prompt alone is not enough: PIQA has 35 goals more
 * than once, with other solutions, and lm-eval shows such rows.
 */
export function isSameQuestion(example: ComparableQuestion, item: ComparableQuestion): boolean {
  return example.prompt === item.prompt && item.choices.includes(example.answer)
}
