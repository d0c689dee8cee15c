/**
 * Share of the choices' probability that right choices have; lm-eval `tasks/truthfulqa/utils.py` `process_results_mc2`, which calls it `acc`. It has a
 * name of its own here, because an item of an accuracy is right or wrong.
 */
import { choiceProbabilities } from './choice-probabilities.ts'
import { formatShare } from './format.ts'
import { numberFromStored } from './item-number.ts'
import type { OfChoices, OtherMetric } from './metric.ts'
import { mean, meanStandardError } from './standard-error.ts'

export const mc2: OtherMetric<'mc2', number> & OfChoices<number> = {
  name: 'mc2',
  comparedAs: null,
  higherIsBetter: true,
  aggregation: 'mean',
  input: 'choices',
  needsUnconditional: false,
  itemValue({ logProbs, gold }) {
    const probabilities = choiceProbabilities(logProbs)
    return gold.reduce((sum, index) => sum + probabilities[index]!, 0)
  },
  isTied: () => false,
  aggregate: mean,
  standardError: meanStandardError,
  toStored: (value) => value,
  fromStored: numberFromStored,
  format: formatShare,
}
