/** Bits per byte: the mean negative log-likelihood per UTF-8 byte of the reference text; lm-eval `api/metrics.py` `bits_per_byte`. */
import { bootstrapError } from './bootstrap.ts'
import { byteCount, bytePerplexity } from './byte-perplexity.ts'
import type { OfRolling, PerplexityMetric, TextValue } from './metric.ts'
import { countedTexts, natsPerUnit } from './text-perplexity.ts'

const aggregate = (values: readonly TextValue[]) => natsPerUnit(values) / Math.LN2

export const bitsPerByte: PerplexityMetric<'bits_per_byte'> & OfRolling<TextValue> = {
  ...bytePerplexity,
  name: 'bits_per_byte',
  aggregation: 'bits_per_byte',
  itemValue: (text) => ({ logProb: text.logProb, weight: byteCount(text) }),
  aggregate,
  standardError: (values, { seed }) => bootstrapError(countedTexts(values), aggregate, { seed }),
  card: { type: 'bits_per_byte', name: 'bits per byte', table: 'bits-per-byte', digits: 4 },
  natsPerUnit: (original, variant) => (variant - original) * Math.LN2,
  textMeasure: ({ logProb }) => -logProb,
}
