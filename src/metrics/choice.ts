/** Which choice a model prefers, by each way of comparing; lm-eval `api/task.py` `ConfigurableTask.process_results`. */
import type { ChoiceMetric } from '../task/define-task.ts'
import { codePointCount } from '../task/python-text.ts'
import type { Answer } from '../task/request.ts'

/** What is compared: the choices, the right one, and the answers in order, those after an empty context behind the others. */
export interface ChoiceItem {
  readonly choices: readonly string[]
  readonly gold: number
}

/** 1 where the gold choice is preferred, else 0. The first of equals wins. */
export function choiceMetric(metric: ChoiceMetric, { choices, gold }: ChoiceItem, answers: readonly Answer[]): number {
  return firstLargest(preferences(metric, choices, answers)) === gold ? 1 : 0
}

/** Whether more than one choice is preferred to all others: the order of the choices then decides. */
export function isTied(metric: ChoiceMetric, { choices }: Pick<ChoiceItem, 'choices'>, answers: readonly Answer[]): boolean {
  const values = preferences(metric, choices, answers)
  const best = Math.max(...values)
  return values.filter((value) => value === best).length > 1
}

function preferences(metric: ChoiceMetric, choices: readonly string[], answers: readonly Answer[]): number[] {
  return choices.map((choice, index) => preference(metric, choice, answers[index]!.logProb, answers[choices.length + index]?.logProb))
}

/** What the largest of is taken: the log-likelihood, or it by code point, by byte, or beyond that after an empty context. */
function preference(metric: ChoiceMetric, choice: string, logProb: number, unconditional: number | undefined): number {
  switch (metric) {
    case 'acc':
      return logProb
    case 'acc_norm':
      return logProb / codePointCount(choice)
    case 'acc_bytes':
      return logProb / Buffer.byteLength(choice)
    case 'acc_mutual_info':
      return logProb - unconditional!
  }
}

function firstLargest(values: readonly number[]): number {
  return values.reduce((best, value, index) => (value > values[best]! ? index : best), 0)
}
