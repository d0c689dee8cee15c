/** What a metric's figure is made of, by its name: samples of different metrics have the same shape and another meaning. */

import { textMetric } from '../metrics/perplexity.ts'
import { mean } from '../metrics/standard-error.ts'
import type { TextMetric } from '../task/define-task.ts'
import type { StoredTextValue } from './stored-run.ts'

/**
 * - `share`: from 0 to 1, the mean of the items' values; more is better.
 * - `weighted`: of the items' pairs [log-likelihood, count of units].
 * - `log-mean`: `exp(-mean)` of the items' log-likelihoods.
 * - `other`: everything else, such as a figure of all items together (f1, mcc, bleu) or a placeholder (bypass).
 */
export type MetricKind = 'share' | 'weighted' | 'log-mean' | 'other'

const WEIGHTED = new Set(['word_perplexity', 'byte_perplexity', 'bits_per_byte', 'token_perplexity', 'sentence_perplexity'])

/** The kind of a metric. */
export function metricKind(metric: string): MetricKind {
  if (WEIGHTED.has(metric)) return 'weighted'
  if (metric === 'perplexity') return 'log-mean'
  return isShare(metric) ? 'share' : 'other'
}

/** Whether a metric is a share of the items that is compared as an accuracy. */
export function isShare(metric: string): boolean {
  return metric.startsWith('acc') || metric === 'exact_match' || metric === 'f1'
}

/** Whether a metric is a perplexity or bits per byte: less is better. */
export function isPerplexity(metric: string): boolean {
  return WEIGHTED.has(metric) || metric === 'perplexity'
}

/** The score that the values of a metric's items give: by its kind a mean, or the perplexity of texts. */
export function scoreOf(metric: string, values: readonly (number | StoredTextValue)[]): number {
  return isPerplexity(metric) ? textMetric(metric as TextMetric | 'perplexity', values as readonly StoredTextValue[]) : mean(values as readonly number[])
}
