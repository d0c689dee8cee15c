/** Perplexity per UTF-8 byte of the reference text. */
import type { ScoredText } from './metric.ts'
import { perplexityPer } from './text-perplexity.ts'

/** Number of UTF-8 bytes of the reference text. */
export function byteCount({ referenceText }: ScoredText): number {
  return Buffer.byteLength(referenceText)
}

export const bytePerplexity = perplexityPer({ name: 'byte_perplexity', weight: byteCount })
