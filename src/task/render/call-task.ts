/** Calls a task's functions and checks what they return. All fail with DatasetError, which names the row, the function and the value. */
import { DatasetError } from '../../errors.ts'
import { errorText } from '../../text/error-text.ts'
import { TemplateError } from '../lm-eval/template/template-error.ts'
import { shownValue } from '../shown-value.ts'

/** A task's functions see rows that passed its schema. An error names the function and the row. */
export function call<T>(place: string, name: string, compute: () => T): T {
  try {
    return compute()
  } catch (cause) {
    if (cause instanceof TemplateError) throw new DatasetError(`${place}: ${cause.message}`, 'Correct this key of the YAML, or the row.', { cause })
    throw new DatasetError(
      `${place}: the function ${name} fails: ${errorText(cause)}`,
      "Make the task's row schema reject such rows, or its functions accept them.",
      { cause },
    )
  }
}

/** A text that is not empty: it has no probability, and normalizing by length would divide by zero. */
export function textOf(place: string, name: string, compute: () => string): string {
  return checkText(place, `${name} returned`, call(place, name, compute))
}

/** A text that may be empty; '' without a function. */
export function optionalText(place: string, name: string, compute: (() => string) | undefined): string {
  if (!compute) return ''
  const text = call(place, name, compute)
  return typeof text === 'string' ? text : failRow(`${place}: ${name} returned ${shownValue(text)}, not a text`)
}

/** Two or more texts. `one` is the word for one of them. */
export function textsOf(place: string, field: string, one: string, compute: () => readonly string[]): readonly string[] {
  const texts = call(place, field, compute)
  if (!Array.isArray(texts)) failRow(`${place}: ${field} returned ${shownValue(texts)}, not a list of texts`)
  // Not forEach, which skips holes.
  for (const [index, text] of texts.entries()) checkText(place, `${one} ${index} is`, text)
  if (texts.length < 2)
    failRow(
      `${place}: ${texts.length === 0 ? `no ${field}` : `one ${one}`}; a question needs two or more`,
      `With one ${one} every model is always right. Leave the row out.`,
    )
  return texts
}

function checkText(place: string, what: string, value: unknown): string {
  if (typeof value !== 'string') failRow(`${place}: ${what} ${shownValue(value)}, not a text`)
  if (value.trim() === '') failRow(`${place}: ${what} an empty text, ${shownValue(value)}`, 'Leave such rows out of the file.')
  return value
}

/** Fails with DatasetError. */
export function failRow(message: string, hint = "Correct the function in the task file, or make the task's row schema reject such rows."): never {
  throw new DatasetError(message, hint)
}
