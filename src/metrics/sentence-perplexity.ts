/** The mean of the texts' own perplexities per token: every text weighs the same. */
import type { OfRolling, PerplexityMetric, TextValue } from './metric.ts'
import { mean, meanStandardError } from './standard-error.ts'
import { countedTexts, perplexityCard } from './text-perplexity.ts'
import { tokenPerplexity } from './token-perplexity.ts'

const ownPerplexity = ({ logProb, weight }: TextValue) => Math.exp(-logProb / weight)

export const sentencePerplexity: PerplexityMetric<'sentence_perplexity'> & OfRolling<TextValue> = {
  ...tokenPerplexity,
  name: 'sentence_perplexity',
  aggregate: (values) => mean(countedTexts(values).map(ownPerplexity)),
  standardError: (values) => meanStandardError(countedTexts(values).map(ownPerplexity)),
  card: perplexityCard('sentence_perplexity'),
  natsPerUnit: () => null,
  textMeasure: ownPerplexity,
}
