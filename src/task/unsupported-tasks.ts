/** Tasks of lm-eval that evalharness cannot have, because of what they ask of a model. */
import { GENERATION_TASKS, MULTIMODAL_TASKS } from './generation-task-names.ts'

/** Why a task of lm-eval is not here: `gsm8k generates text…`; undefined for any other name. */
export function explainUnsupportedTask(name: string): string | undefined {
  if (isIn(MULTIMODAL_TASKS, name)) return `${name} asks about images or sounds; evalharness scores the log-likelihood of text`
  if (isIn(GENERATION_TASKS, name)) return `${name} generates text; evalharness scores log-likelihoods`
  return undefined
}

/** Whether one of the patterns matches; `*` is at the beginning or at the end of one. */
function isIn(patterns: string, name: string): boolean {
  return patterns
    .trim()
    .split(/\s+/u)
    .some((pattern) => {
      if (pattern.startsWith('*')) return name.endsWith(pattern.slice(1))
      return pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern
    })
}
