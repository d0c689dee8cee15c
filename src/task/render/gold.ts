/** The right answers of a row. */
import { quotedText } from '../../text/python-text.ts'
import type { Gold, QuestionTask } from '../define-task.ts'
import { shownValue } from '../shown-value.ts'
import { call, failRow } from './call-task.ts'

/** Right choices, and how lm-eval writes them. */
export interface RightChoices {
  /** Indices, one or more. */
  readonly gold: readonly number[]
  /** `2`, `yes` or `[0, 2]`: Python's `str()` of what the task returned. */
  readonly target: string
}

/** What `gold` of the task returns for a row. Fails with DatasetError on what is not a choice. */
export function rightChoices(task: QuestionTask, row: unknown, choices: readonly string[], place: string): RightChoices {
  const given: Gold = call(place, 'gold', () => task.gold(row))
  const isList = Array.isArray(given)
  const list: readonly unknown[] = isList ? given : [given]
  if (list.length === 0) failRow(`${place}: gold returned [], no choice`, 'Return one right choice or more.')
  return { gold: list.map((one) => indexOf(one, choices, { given, place })), target: isList ? pythonList(list) : String(given) }
}

function indexOf(one: unknown, choices: readonly string[], { given, place }: { readonly given: unknown; readonly place: string }): number {
  if (typeof one === 'string') {
    const index = choices.indexOf(one)
    if (index >= 0) return index
    const letter = /^[A-Z]$/u.test(one) ? one.charCodeAt(0) - 'A'.charCodeAt(0) : -1
    if (letter >= 0 && letter < choices.length) return letter
  }
  if (typeof one !== 'number' || !Number.isInteger(one))
    failRow(
      `${place}: gold returned ${shownValue(given)}, not the index of a choice${typeof one === 'string' ? ', its text or its letter' : ''}`,
      'Return a whole number that counts from 0, the text of a choice, or its letter from A on.',
    )
  if (one >= 0 && one < choices.length) return one
  return failRow(
    `${place}: label ${one} is out of range, there are ${choices.length} choices`,
    'Labels count from 0. A split without labels (-1) cannot be scored: use one that has them.',
  )
}

function pythonList(list: readonly unknown[]): string {
  return `[${list.map((one) => (typeof one === 'string' ? quotedText(one) : String(one))).join(', ')}]`
}
