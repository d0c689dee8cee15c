/**
 * White space and choices that are probably not meant. One space is put between prompt and choice (lm-eval's `target_delimiter`), so a prompt
 * that ends in one, or a choice that begins with one, is asked with two, which tokenizers encode otherwise: accuracy falls and nothing says why.
 *
 * Real benchmarks have such rows: 6 % of PIQA's solutions and two thirds of HellaSwag's endings, which lm-eval scores as they are. So white
 * space in some rows is a matter of the data, and a notice; in every row it is the task's definition that adds it, and an error. Built-in
 * tasks keep lm-eval's text whatever the rows hold.
 */
import { DatasetError } from '../errors.ts'
import { endsWithSpace, startsWithSpace } from '../text/python-text.ts'
import type { Question } from './render.ts'
import { shownValue } from './shown-value.ts'

/** A kind of oddity, and the words for it. */
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
    find: ({ prompt }) => (endsWithSpace(prompt) ? `…${prompt.slice(-20)}` : undefined),
    have: 'a prompt that ends in white space',
    hint: 'A space is put between prompt and choice: end the prompt without one.',
    isOfBenchmarks: true,
  },
  {
    find: ({ choices }) => choices.find(startsWithSpace),
    have: 'a choice that begins with white space',
    hint: 'A space is put between prompt and choice: begin the choices without one.',
    isOfBenchmarks: true,
  },
  {
    find: ({ choices }) => choices.find(endsWithSpace),
    have: 'a choice that ends in white space',
    hint: 'The white space is scored as part of the choice: take it away, for example with strip.',
    isOfBenchmarks: true,
  },
  {
    find: ({ choices }) => choices.find((choice, index) => choices.indexOf(choice) !== index),
    have: 'two equal choices',
    hint: 'Equal choices have equal scores and the first of them wins, as in lm-eval: a right answer behind it cannot be chosen.',
    isOfBenchmarks: false,
  },
]

/** A question and where it is from. */
export interface PlacedQuestion {
  readonly question: Question
  /** File and row. */
  readonly place: string
}

/**
 * Notices for what is odd in some of the questions. Fails with DatasetError when it is in every one of a user's task, those of `others` included,
 * which is read only when all questions have it: a few rows may be odd by chance. Of a built-in task that is a notice.
 */
export function oddRows(label: string, isBuiltIn: boolean, asked: readonly PlacedQuestion[], others: () => Iterable<Question>): string[] {
  return ODDITIES.flatMap(({ find, have, hint, isOfBenchmarks }) => {
    const odd = asked.filter(({ question }) => find(question) !== undefined)
    if (odd.length === 0) return []
    const isEvery = odd.length === asked.length && everyOne(others(), find)
    const first = `${odd[0]!.place}: ${shownValue(find(odd[0]!.question))}`
    if (isEvery && !isBuiltIn) throw new DatasetError(`${label}: every row has ${have}; the first, ${first}`, hint)
    if (isBuiltIn && isOfBenchmarks && !isEvery) return []
    return [`${label}: ${odd.length} of ${asked.length} rows ${odd.length === 1 ? 'has' : 'have'} ${have}; the first, ${first}. ${hint}`]
  })
}

/** A notice for an instruction that runs into what follows it: nothing is put between, as lm-eval puts nothing behind its `description`. */
export function oddInstruction(label: string, instructions: readonly string[]): string[] {
  const odd = instructions.find((instruction) => instruction !== '' && !endsWithSpace(instruction))
  if (odd === undefined) return []
  return [
    `${label}: the first example or question follows the instruction without white space: ${shownValue(`…${odd.slice(-20)}`)}. End the instruction with "\\n\\n".`,
  ]
}

function everyOne(questions: Iterable<Question>, find: Oddity['find']): boolean {
  for (const question of questions) if (find(question) === undefined) return false
  return true
}
