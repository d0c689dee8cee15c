/** Accuracy of single continuations: right is what the model would have written by itself. lm-eval `api/task.py` `process_results` of `loglikelihood`. */
import type { AccuracyMetric, OfText } from './metric.ts'
import { acc } from './acc.ts'

/** Called `acc`, as accuracy over choices. */
export const accGreedy: AccuracyMetric<'acc', number> & OfText<number> = {
  ...acc,
  input: 'text',
  itemValue: ({ isGreedy }) => (isGreedy ? 1 : 0),
}
