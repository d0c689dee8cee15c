/** The share of items whose right choice the model would have written by itself. In lm-eval's files also: whose generated text is the expected one. */
import type { AccuracyMetric, OfChoices } from './metric.ts'
import { share } from './share.ts'

export const exactMatch: AccuracyMetric<'exact_match', number> & OfChoices<number> = {
  ...share('exact_match'),
  input: 'choices',
  needsUnconditional: false,
  itemValue: ({ gold, isGreedy }) => (gold.some((index) => isGreedy[index]) ? 1 : 0),
  isTied: () => false,
}
