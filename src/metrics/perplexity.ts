/** Perplexities of texts: exp of the mean negative log-likelihood per word, byte or token; lm-eval `api/metrics.py` `weighted_perplexity`, `bits_per_byte`. */
import type { TextMetric } from '../task/define-task.ts'
import { WHITE_SPACE } from '../task/python-text.ts'
import type { Answer } from '../task/request.ts'
import { mulberry32 } from './random.ts'
import { mean, meanStandardError } from './standard-error.ts'

/** One text's part: its log-likelihood in nats, and the count that it is spread over. */
export interface TextScore {
  readonly logProb: number
  readonly weight: number
}

const WORD_GAPS = new RegExp(`[${WHITE_SPACE}]+`, 'u')

/** A text's part in a metric. Words are the pieces of the original between white space, empty ones at the ends included, as in lm-eval. */
export function textScore(metric: TextMetric, original: string, { logProb, tokenCount }: Answer): TextScore {
  switch (metric) {
    case 'word_perplexity':
      return { logProb, weight: original.split(WORD_GAPS).length }
    case 'byte_perplexity':
    case 'bits_per_byte':
      return { logProb, weight: Buffer.byteLength(original) }
    case 'token_perplexity':
    case 'sentence_perplexity':
      return { logProb, weight: tokenCount }
  }
}

/** The metric over all texts; `perplexity` is lm-eval's of single continuations, each of weight 1. Texts of no weight do not count; NaN when there are no others. */
export function textMetric(metric: TextMetric | 'perplexity', scores: readonly TextScore[]): number {
  const counted = scores.filter(({ weight }) => weight > 0)
  if (metric === 'sentence_perplexity') return mean(counted.map(({ logProb, weight }) => Math.exp(-logProb / weight)))
  const perUnit = -sum(counted, ({ logProb }) => logProb) / sum(counted, ({ weight }) => weight)
  return metric === 'bits_per_byte' ? perUnit / Math.LN2 : Math.exp(perUnit)
}

/** Standard error of the metric: of a mean for `sentence_perplexity`, otherwise by bootstrap over texts. NaN below two texts. */
export function textMetricError(metric: TextMetric, scores: readonly TextScore[], { seed = 0, iterations = 1000 } = {}): number {
  const counted = scores.filter(({ weight }) => weight > 0)
  if (counted.length < 2) return NaN
  if (metric === 'sentence_perplexity') return meanStandardError(counted.map(({ logProb, weight }) => Math.exp(-logProb / weight)))
  const random = mulberry32(seed)
  const replicas = Array.from({ length: iterations }, () =>
    textMetric(
      metric,
      Array.from(counted, () => counted[Math.floor(random() * counted.length)]!),
    ),
  )
  return meanStandardError(replicas) * Math.sqrt(iterations)
}

function sum(scores: readonly TextScore[], value: (score: TextScore) => number): number {
  return scores.reduce((total, score) => total + value(score), 0)
}
