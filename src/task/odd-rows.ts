/**
 * White space and choices that are probably a mistake. evalharness puts one space between prompt and choice (lm-eval's `target_delimiter`). With a
 * prompt that ends in a space, or a choice that begins with one, there are two; tokenizers encode that differently, and accuracy falls without a
 * warning.
 *
 * Real benchmarks have such rows: 6 % of PIQA's solutions and two thirds of HellaSwag's endings, which lm-eval scores as they are. White space in
 * some rows comes from the data and gives a notice. In every row it comes from the task's definition and is an error. Built-in tasks always keep
 * lm-eval's text.
 */
import { DatasetError } from '../errors.ts'
import { endsWithSpace, startsWithSpace } from '../text/python-text.ts'
import type { PromptedTask } from './define-task.ts'
import { optionsOf, type Question } from './render/question.ts'
import { taskLabel } from './render/row-source.ts'
import { DEFAULT_DELIMITERS } from './render/turns.ts'
import { shownValue } from './shown-value.ts'

/** A kind of oddity, with its messages. */
interface Oddity {
  /** What is odd about the question, as the message shows it; undefined when nothing is. */
  readonly find: (question: Question) => string | undefined
  /** After a number of rows: `3 of 10 rows have …`. */
  readonly have: string
  readonly hint: string
  /** Built-in tasks have it in some rows of the real benchmark. */
  readonly isOfBenchmarks: boolean
}

const ODDITIES: readonly Oddity[] = [
  {
    find: (question) => (question.kind === 'choice' && endsWithSpace(question.prompt) ? `…${question.prompt.slice(-20)}` : undefined),
    have: 'a prompt that ends in white space',
    hint: 'evalharness puts a space between prompt and choice: end the prompt without one.',
    isOfBenchmarks: true,
  },
  {
    find: (question) => (question.kind === 'choice' ? question.choices.find(startsWithSpace) : undefined),
    have: 'a choice that begins with white space',
    hint: 'evalharness puts a space between prompt and choice: begin the choices without one.',
    isOfBenchmarks: true,
  },
  {
    find: (question) => {
      if (question.kind !== 'schema') return undefined
      const { contexts, continuation } = question
      return contexts.find(endsWithSpace) ?? (startsWithSpace(continuation) ? continuation : undefined)
    },
    have: 'white space between a context and the continuation',
    hint: 'evalharness puts a space between them: end the contexts, and begin the continuation, without one.',
    isOfBenchmarks: true,
  },
  {
    find: (question) => (question.kind === 'choice' ? question.choices.find(endsWithSpace) : undefined),
    have: 'a choice that ends in white space',
    hint: 'The white space is scored as part of the choice: remove it, for example with strip.',
    isOfBenchmarks: true,
  },
  {
    find: (question) => (question.kind === 'text' && !startsWithSpace(question.continuation) ? question.continuation : undefined),
    have: 'a continuation that begins without white space',
    hint: 'Nothing comes between prompt and continuation: begin the continuation with its space, or set keepsWhiteSpace.',
    isOfBenchmarks: true,
  },
  {
    find: (question) => {
      const options = optionsOf(question)
      return options.find((option, index) => options.indexOf(option) !== index)
    },
    have: 'two equal choices',
    hint: 'Equal choices have equal scores and the first one wins, as in lm-eval, so a later right answer cannot be chosen.',
    isOfBenchmarks: false,
  },
]

/** A question and its source. */
export interface PlacedQuestion {
  readonly question: Question
  /** File and row. */
  readonly place: string
}

/**
 * Notices for oddities in some of the questions. Fails with DatasetError when every question of a task file has one, those of `others` included:
 * a few scored rows may be odd by chance. A built-in task gets a notice instead. `others` is read only when all scored questions are odd.
 */
export function oddRows(task: PromptedTask, asked: readonly PlacedQuestion[], others: () => Iterable<Question>): string[] {
  const label = taskLabel(task)
  const isBuiltIn = task.taskFile === undefined
  return odditiesOf(task).flatMap(({ find, have, hint, isOfBenchmarks }) => {
    const odd = asked.filter(({ question }) => find(question) !== undefined)
    if (odd.length === 0) return []
    const isEvery = odd.length === asked.length && everyOne(others(), find)
    const first = `${odd[0]!.place}: ${shownValue(find(odd[0]!.question))}`
    if (isEvery && !isBuiltIn) throw new DatasetError(`${label}: every row has ${have}; the first, ${first}`, hint)
    if (isBuiltIn && isOfBenchmarks && !isEvery) return []
    return [`${label}: ${odd.length} of ${asked.length} rows ${odd.length === 1 ? 'has' : 'have'} ${have}; the first, ${first}. ${hint}`]
  })
}

/** Only equal choices are odd where white space is intended, or where no space comes between prompt and choice. */
function odditiesOf({ keepsWhiteSpace, targetDelimiter }: PromptedTask): readonly Oddity[] {
  const spaceMatters = !keepsWhiteSpace && (targetDelimiter === undefined || targetDelimiter === DEFAULT_DELIMITERS.target)
  return spaceMatters ? ODDITIES : ODDITIES.filter(({ isOfBenchmarks }) => !isOfBenchmarks)
}

/** A notice for an instruction that does not end in white space: nothing separates it from the next text, as in lm-eval's `description`. */
export function oddInstruction(task: PromptedTask, instructions: readonly string[]): string[] {
  if (task.keepsWhiteSpace) return []
  const odd = instructions.find((instruction) => instruction !== '' && !endsWithSpace(instruction))
  if (odd === undefined) return []
  return [
    `${taskLabel(task)}: the first example or question follows the instruction without white space: ${shownValue(`…${odd.slice(-20)}`)}. ` +
      String.raw`End the instruction with "\n\n".`,
  ]
}

function everyOne(questions: Iterable<Question>, find: Oddity['find']): boolean {
  for (const question of questions) if (find(question) === undefined) return false
  return true
}
