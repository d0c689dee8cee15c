/** All metrics. A new one is a file beside this one and a line here. */
import { acc } from './acc.ts'
import { accGreedy } from './acc-greedy.ts'
import { accBytes } from './acc-bytes.ts'
import { accMutualInfo } from './acc-mutual-info.ts'
import { accNorm } from './acc-norm.ts'
import { bitsPerByte } from './bits-per-byte.ts'
import { brierScore } from './brier-score.ts'
import { bytePerplexity } from './byte-perplexity.ts'
import { exactMatch } from './exact-match.ts'
import { f1 } from './f1.ts'
import { mc2 } from './mc2.ts'
import { mcc } from './mcc.ts'
import type { ChoiceMetric, Metric, RollingMetric, TextMetric } from './metric.ts'
import { otherMetric } from './other-metric.ts'
import { perplexity } from './perplexity.ts'
import { sentencePerplexity } from './sentence-perplexity.ts'
import { share } from './share.ts'
import { tokenPerplexity } from './token-perplexity.ts'
import { wordPerplexity } from './word-perplexity.ts'

/** Metrics that a task with choices can name. */
const CHOICE_METRICS = [acc, accNorm, accBytes, accMutualInfo, exactMatch, f1, mcc, brierScore, mc2] as const
/** Metrics that a task of single continuations can name. */
const TEXT_METRICS = [perplexity, accGreedy] as const
/** Metrics that a task of whole texts can name. */
const ROLLING_METRICS = [wordPerplexity, bytePerplexity, bitsPerByte, tokenPerplexity, sentencePerplexity] as const

/** Name of a metric of items with choices. */
export type ChoiceMetricName = (typeof CHOICE_METRICS)[number]['name']
/** Name of a metric of single continuations. */
export type TextMetricName = (typeof TEXT_METRICS)[number]['name']
/** Name of a metric of whole texts. */
export type RollingMetricName = (typeof ROLLING_METRICS)[number]['name']
/** Name of a metric that evalharness computes. */
export type MetricName = ChoiceMetricName | TextMetricName | RollingMetricName

/** In the order in which messages list them. */
export const CHOICE_METRIC_NAMES: readonly ChoiceMetricName[] = CHOICE_METRICS.map(({ name }) => name)
/** As above. */
export const TEXT_METRIC_NAMES: readonly TextMetricName[] = TEXT_METRICS.map(({ name }) => name)
/** As above. */
export const ROLLING_METRIC_NAMES: readonly RollingMetricName[] = ROLLING_METRICS.map(({ name }) => name)

const byName = <M extends Metric>(metrics: readonly M[]): ReadonlyMap<string, M> => new Map(metrics.map((metric) => [metric.name, metric]))
const BY_NAME = byName<Metric>([...TEXT_METRICS, ...CHOICE_METRICS, ...ROLLING_METRICS])
const CHOICES_BY_NAME = byName<ChoiceMetric>(CHOICE_METRICS)
const TEXTS_BY_NAME = byName<TextMetric>(TEXT_METRICS)
const ROLLING_BY_NAME = byName<RollingMetric>(ROLLING_METRICS)

/** The metric of a task with choices. */
export function choiceMetric(name: ChoiceMetricName): ChoiceMetric {
  return CHOICES_BY_NAME.get(name)!
}

/** The metric of a task of single continuations. */
export function textMetric(name: TextMetricName): TextMetric {
  return TEXTS_BY_NAME.get(name)!
}

/** The metric of a task of whole texts. */
export function rollingMetric(name: RollingMetricName): RollingMetric {
  return ROLLING_BY_NAME.get(name)!
}

/**
 * The metric of that name, which may come from any results file. lm-eval's tasks can define metrics of their own: one whose name begins with `acc` is an
 * accuracy, as in lm-eval's own tasks (`acc_all`), and any other is not compared.
 */
export function metricOf(name: string): Metric {
  return BY_NAME.get(name) ?? (name.startsWith('acc') ? share(name) : otherMetric(name))
}

/** The accuracy that a benchmark is reported by unless its task says otherwise: normalized by length if it is scored, else plain; null if none is. */
export function mainAccuracy(names: readonly string[]): string | null {
  const accuracies = names.filter((name) => metricOf(name).comparedAs === 'accuracy')
  return [accNorm.name, acc.name].find((name) => accuracies.includes(name)) ?? accuracies[0] ?? null
}

/** The metric of an accuracy that is stated without a name. */
export const UNNAMED_ACCURACY: MetricName = acc.name
/** The metric of a perplexity that is stated without a text or unit. */
export const UNNAMED_PERPLEXITY: MetricName = perplexity.name
/** The metric that cards print in a table of its own. */
export const BITS_PER_BYTE: MetricName = bitsPerByte.name
