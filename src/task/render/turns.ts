/** Prompts as turns: what a user and a model say. lm-eval `api/task.py` `build_qa_turn`. */
import { endsWithSpace, startsWithSpace } from '../../text/python-text.ts'
import type { Example } from './example.ts'

/** One message. lm-eval `api/utils.py` `Message`. */
export interface Turn {
  readonly role: 'system' | 'user' | 'assistant'
  readonly text: string
  /** Follows the text in a plain prompt; a chat template has its own. */
  readonly delimiter: string
}

/** What comes between the parts of a prompt. */
export interface Delimiters {
  /** Between question and answer. */
  readonly target: string
  /** After each example. */
  readonly example: string
}

/** lm-eval's defaults. */
export const DEFAULT_DELIMITERS: Delimiters = { target: ' ', example: '\n\n' }

/** The system instruction, and the task's behind it; no turn if there is neither. `delimiter` comes between them, unless white space is there already. */
export function instructionTurns(systemInstruction: string, instruction: string, delimiter: string): Turn[] {
  const between = systemInstruction !== '' && instruction !== '' ? beforePrefix(systemInstruction, instruction, delimiter) : ''
  const text = systemInstruction + between + instruction
  return text === '' ? [] : [{ role: 'system', text, delimiter: '' }]
}

/** An example: its question and its answer. */
export function exampleTurns({ prompt, answer, answerPrefix }: Example, { target, example }: Delimiters): Turn[] {
  return [
    { role: 'user', text: prompt, delimiter: answerPrefix === '' ? target : beforePrefix(prompt, answerPrefix, target) },
    { role: 'assistant', text: joined(answerPrefix, answer), delimiter: example },
  ]
}

/** The question that is scored, and how its answer begins. `target` comes before that beginning. */
export function questionTurns(prompt: string, answerPrefix: string, target: string): Turn[] {
  if (answerPrefix === '') return [{ role: 'user', text: prompt, delimiter: '' }]
  return [
    { role: 'user', text: prompt, delimiter: beforePrefix(prompt, answerPrefix, target) },
    { role: 'assistant', text: answerPrefix, delimiter: '' },
  ]
}

/** The turns as one text. */
export function plainPrompt(turns: readonly Turn[]): string {
  return turns.map(({ text, delimiter }) => text + delimiter).join('')
}

/** The delimiter, unless white space is there already. lm-eval `requires_delimiter`. */
function beforePrefix(prompt: string, prefix: string, delimiter: string): string {
  return prompt === '' || endsWithSpace(prompt) || startsWithSpace(prefix) ? '' : delimiter
}

/** A space between beginning and answer, unless white space is there already. lm-eval `maybe_delimit`. */
function joined(prefix: string, answer: string): string {
  return prefix === '' ? answer : prefix + beforePrefix(prefix, answer, ' ') + answer
}
