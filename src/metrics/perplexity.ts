/**
 * Perplexity of single continuations, `exp(-mean)` of their log-likelihoods; lm-eval `api/metrics.py` `perplexity`. No task of evalharness has it:
 * it is read from lm-eval's files and from model cards.
 */
import { numberFromStored } from './item-number.ts'
import type { PerplexityMetric } from './metric.ts'
import { perplexityOfUnits } from './text-perplexity.ts'

export const perplexity: PerplexityMetric<'perplexity'> = {
  ...perplexityOfUnits('perplexity'),
  aggregation: 'perplexity',
  toStored: ({ logProb }) => logProb,
  fromStored: (stored) => {
    const logProb = numberFromStored(stored)
    return typeof logProb === 'string' ? logProb : { logProb, weight: 1 }
  },
}
