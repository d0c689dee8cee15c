/** Limits of rendering: a template is untrusted, and a short one can ask for more than a machine has. */
import { TemplateError } from './template-error.ts'

/** Units of work for one rendering: an evaluated node, or 64 characters or elements that are made or looked through. */
const MOST_WORK = 100_000
/** Longest text or list, in characters or elements. */
const MOST_LENGTH = 1_000_000
/** Most steps of matching patterns, as estimated from the patterns and the lengths of the texts. */
const MOST_STEPS = 2e8

/** What is left of the limits. */
export interface Budget {
  /** Takes the work of making or looking through `length` characters or elements. Fails with TemplateError when it is used up. */
  spend(length: number): void
  /** Takes the work of matching a pattern. Fails with TemplateError when it is used up. */
  match(steps: number): void
}

/** The budget of one rendering. */
export function newBudget(): Budget {
  let left = MOST_WORK
  let steps = MOST_STEPS
  return {
    spend(length) {
      if (!(length <= MOST_LENGTH)) throw new TemplateError(`a text or list is longer than ${MOST_LENGTH.toLocaleString('en')}`)
      left -= 1 + length / 64
      if (left < 0) throw new TemplateError('it takes too many steps')
    },
    match(taken) {
      steps -= taken
      if (!(steps >= 0)) throw new TemplateError('it takes too many steps of regex_replace')
    },
  }
}
