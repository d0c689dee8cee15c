/** Perplexity of single continuations, `exp(-mean)` of their log-likelihoods; lm-eval `api/metrics.py` `perplexity`. */
import { numberFromStored } from './item-number.ts'
import type { OfText, PerplexityMetric, TextValue } from './metric.ts'
import { perplexityOfUnits } from './text-perplexity.ts'

export const perplexity: PerplexityMetric<'perplexity'> & OfText<TextValue> = {
  ...perplexityOfUnits('perplexity'),
  aggregation: 'perplexity',
  input: 'text',
  itemValue: ({ logProb }) => ({ logProb, weight: 1 }),
  toStored: ({ logProb }) => logProb,
  fromStored: (stored) => {
    const logProb = numberFromStored(stored)
    return typeof logProb === 'string' ? logProb : { logProb, weight: 1 }
  },
}
