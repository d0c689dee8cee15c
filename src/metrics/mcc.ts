/** Matthews' correlation of right and preferred classes over all items, -1 to 1; lm-eval `api/metrics.py` `matthews_corrcoef`, scikit-learn's. */
import { formatPlain } from './format.ts'
import { numberFromStored } from './item-number.ts'
import type { OfChoices, OtherMetric } from './metric.ts'
import { classStandardError, ofClasses, storedClass, type PredictedClass } from './predicted-class.ts'

export const mcc: OtherMetric<'mcc', PredictedClass> & OfChoices<PredictedClass> = {
  ...ofClasses,
  name: 'mcc',
  comparedAs: null,
  higherIsBetter: true,
  aggregation: 'matthews_corrcoef',
  aggregate: correlation,
  standardError: classStandardError(correlation),
  toStored: storedClass,
  // A pair of classes is not a value by which items can be compared.
  fromStored: (stored) => String(typeof stored === 'number' ? 'is not a pair of classes' : numberFromStored(stored)),
  format: formatPlain,
}

/** Covariance of the classes' indicators over the geometric mean of their variances, for any number of classes; 0 if either has one class only. */
function correlation(values: readonly PredictedClass[]): number {
  const golds = countsOf(values.map(({ gold }) => gold))
  const predictions = countsOf(values.map(({ predicted }) => predicted))
  const right = values.filter(({ gold, predicted }) => gold === predicted).length
  const dot = (a: ReadonlyMap<number, number>, b: ReadonlyMap<number, number>) => [...a].reduce((sum, [key, count]) => sum + count * (b.get(key) ?? 0), 0)
  const total = values.length
  const covariance = right * total - dot(golds, predictions)
  const variances = (total ** 2 - dot(golds, golds)) * (total ** 2 - dot(predictions, predictions))
  return variances === 0 ? 0 : covariance / Math.sqrt(variances)
}

function countsOf(classes: readonly number[]): ReadonlyMap<number, number> {
  const counts = new Map<number, number>()
  for (const each of classes) counts.set(each, (counts.get(each) ?? 0) + 1)
  return counts
}
