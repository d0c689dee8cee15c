/** A perplexity, or bits per byte, of stored texts. */
import type { StoredTextValue } from '../store/stored-run.ts'

/** The metric over these texts: of texts without weight none counts. */
export function perplexityOf(metric: string, texts: readonly StoredTextValue[]): number {
  const counted = texts.filter(({ weight }) => weight > 0)
  if (metric === 'sentence_perplexity') return counted.reduce((sum, { logProb, weight }) => sum + Math.exp(-logProb / weight), 0) / counted.length
  let [logProb, weight] = [0, 0]
  for (const text of counted) {
    logProb += text.logProb
    weight += text.weight
  }
  return metric === 'bits_per_byte' ? -logProb / weight / Math.LN2 : Math.exp(-logProb / weight)
}
