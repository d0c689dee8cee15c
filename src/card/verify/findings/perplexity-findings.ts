/** Whether a card says what its perplexities are of. */
import type { CardContext } from '../card-context.ts'
import type { Finding } from './finding.ts'

/** A finding if neither the table nor the text names the data set. */
export function perplexityFindings({ card, figures: { perplexities } }: CardContext): Finding[] {
  const isInTable = perplexities.every(({ measure }) => measure)
  const isInText = card.prose.some(({ text }) => /\b(?:wikitext|c4|pile|lambada)/iu.test(text) && /perplexity/iu.test(text))
  if (isInTable || isInText) return []
  const text = 'The card does not say on which text perplexity was measured, nor in which unit: only the ratio can be compared.'
  return [{ id: 'perplexity-text', kind: 'misleading', text }]
}
