/** The right choices of a row, as lm-eval `api/task.py` `process_results` reads a target. */
import type { Gold } from '../define-task.ts'
import { pythonRepr } from './template/python-repr.ts'
import { TemplateError } from './template/template-error.ts'
import { isList, Tuple, type Value } from './template/values.ts'

/** Indices of the right choices. Fails with TemplateError on a target that is not a choice, for which lm-eval counts every answer as wrong. */
export function rightChoices(target: Value, choices: readonly string[]): Gold {
  const items = target instanceof Tuple ? target.items : target
  return isList(items) ? items.map((each) => indexOf(each, choices)) : indexOf(target, choices)
}

/** The text of the example's answer: of several the first. */
export function answerText(target: Value, choices: readonly string[] | undefined): string {
  const first = target instanceof Tuple ? target.items[0] : isList(target) ? target[0] : target
  if (typeof first === 'string') return first
  const index = first === undefined || !choices ? -1 : indexOf(first, choices)
  const answer = choices?.[index]
  if (answer !== undefined) return answer
  throw new TemplateError(`the target ${pythonRepr(target)} is not an answer`)
}

function indexOf(target: Value, choices: readonly string[]): number {
  const index = typeof target === 'string' ? choices.indexOf(target) : typeof target === 'bigint' || typeof target === 'boolean' ? Number(target) : -1
  if (index >= 0 && index < choices.length) return index
  throw new TemplateError(`the target ${pythonRepr(target)} is none of the ${choices.length} choices`)
}
