/** F1 of the second choice over all items: the harmonic mean of precision and recall; lm-eval `api/metrics.py` `f1_score`, scikit-learn's. */
import type { AccuracyMetric, OfChoices } from './metric.ts'
import { classStandardError, ofClasses, storedClass, type PredictedClass } from './predicted-class.ts'
import { share } from './share.ts'

/** In lm-eval's files an item can have a number instead: the F1 of a generated text. */
type F1Value = PredictedClass | number

const read = share('f1')

export const f1: AccuracyMetric<'f1', F1Value> & OfChoices<PredictedClass> = {
  ...read,
  ...ofClasses,
  mostChoices: 2,
  aggregation: 'f1',
  aggregate: (values) => (values.every(isNumber) ? read.aggregate(values) : corpusF1(values.filter(isClass))),
  standardError: (values, options) =>
    values.every(isNumber) ? read.standardError(values, options) : classStandardError(corpusF1)(values.filter(isClass), options),
  toStored: (value) => (isNumber(value) ? value : storedClass(value)),
}

/** 2·TP ÷ (2·TP + FP + FN); 0 if no item has or gets the class. */
function corpusF1(values: readonly PredictedClass[]): number {
  const count = (is: (value: PredictedClass) => boolean) => values.filter(is).length
  const found = count(({ gold, predicted }) => gold === 1 && predicted === 1)
  const wrong = count(({ gold, predicted }) => gold !== predicted && (gold === 1 || predicted === 1))
  return found === 0 ? 0 : (2 * found) / (2 * found + wrong)
}

function isNumber(value: F1Value): value is number {
  return typeof value === 'number'
}

function isClass(value: F1Value): value is PredictedClass {
  return typeof value !== 'number'
}
