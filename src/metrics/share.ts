/** What all accuracies share: the score is the mean of items that are right (1) or wrong (0). */
import { formatShare } from './format.ts'
import { numberFromStored } from './item-number.ts'
import type { AccuracyMetric, CardMetric } from './metric.ts'
import { mean, meanStandardError } from './standard-error.ts'

/** An accuracy by its name. Cards call it by `card`, or by its own name. */
export function share<const Name extends string>(name: Name, card: Pick<CardMetric, 'type' | 'name'> = { type: name, name }): AccuracyMetric<Name, number> {
  return {
    name,
    comparedAs: 'accuracy',
    higherIsBetter: true,
    aggregation: 'mean',
    aggregate: mean,
    standardError: meanStandardError,
    toStored: (value) => value,
    fromStored: numberFromStored,
    format: formatShare,
    card: { ...card, table: 'benchmarks' },
  }
}
