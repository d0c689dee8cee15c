/** Brier score of the choices' probabilities, 0 to 2; lm-eval `api/metrics.py` `brier_score`. */
import { choiceProbabilities } from './choice-probabilities.ts'
import { formatPlain } from './format.ts'
import { isFiniteNumber, numberFromStored } from './item-number.ts'
import type { OfChoices, OtherMetric } from './metric.ts'
import { mean, meanStandardError } from './standard-error.ts'

export const brierScore: OtherMetric<'brier_score', number> & OfChoices<number> = {
  name: 'brier_score',
  comparedAs: null,
  higherIsBetter: false,
  aggregation: 'brier_score',
  input: 'choices',
  needsUnconditional: false,
  itemValue: ({ logProbs, gold }) => squaredDistance(choiceProbabilities(logProbs), gold[0]!),
  isTied: () => false,
  aggregate: mean,
  standardError: meanStandardError,
  toStored: (value) => value,
  fromStored: (stored) => fromPair(stored) ?? numberFromStored(stored),
  format: formatPlain,
}

/** Σ (p − y)² over the choices; y is 1 for the gold choice, else 0. */
function squaredDistance(probabilities: readonly number[], gold: number): number {
  return probabilities.reduce((sum, probability, index) => sum + (probability - (index === gold ? 1 : 0)) ** 2, 0)
}

/** lm-eval stores the gold index and the probabilities of an item. */
function fromPair(stored: unknown): number | undefined {
  const [gold, probabilities]: unknown[] = Array.isArray(stored) && stored.length === 2 ? stored : []
  return isFiniteNumber(gold) && Array.isArray(probabilities) && probabilities.every(isFiniteNumber) ? squaredDistance(probabilities, gold) : undefined
}
