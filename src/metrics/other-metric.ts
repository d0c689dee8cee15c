/** A metric that a results file of lm-eval names and that is not known here. */
import { formatPlain } from './format.ts'
import { numberFromStored } from './item-number.ts'
import type { OtherMetric } from './metric.ts'
import { mean, meanStandardError } from './standard-error.ts'

/** Its items' values are taken as numbers and averaged; a figure of all items together, such as bleu, then differs from the stored score. */
export function otherMetric(name: string): OtherMetric<string, number> {
  return {
    name,
    comparedAs: null,
    higherIsBetter: null,
    aggregation: 'mean',
    aggregate: mean,
    standardError: meanStandardError,
    toStored: (value) => value,
    fromStored: numberFromStored,
    format: formatPlain,
  }
}
