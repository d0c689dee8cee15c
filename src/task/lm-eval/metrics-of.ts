/** The metrics of a task: `metric_list`, or lm-eval's default for the output type. */
import { CHOICE_METRIC_NAMES, metricOf, ROLLING_METRIC_NAMES, TEXT_METRIC_NAMES } from '../../metrics/registry.ts'
import { isRecord } from '../field-checks.ts'
import { shownValue } from '../shown-value.ts'
import { TaskRefused } from './task-refused.ts'

/** Kinds of tasks, with lm-eval's default metrics. `mc2` is not one of lm-eval: its TruthfulQA computes it by a function. */
export const OUTPUT_TYPES = {
  multiple_choice: { names: CHOICE_METRIC_NAMES.filter((name) => name !== 'mc2'), default: ['acc', 'acc_norm'] },
  loglikelihood: { names: TEXT_METRIC_NAMES, default: ['perplexity', 'acc'] },
  loglikelihood_rolling: { names: ROLLING_METRIC_NAMES, default: ['word_perplexity', 'byte_perplexity', 'bits_per_byte'] },
} as const

export type OutputType = keyof typeof OUTPUT_TYPES

/** Metrics by name. Fails with TaskRefused on one that is not computed here, or that is aggregated differently. */
export function metricsOf<T extends OutputType>(type: T, given: unknown): readonly (typeof OUTPUT_TYPES)[T]['names'][number][] {
  const { names, default: defaults } = OUTPUT_TYPES[type]
  if (given === undefined || given === null) return defaults
  if (!Array.isArray(given) || given.length === 0) throw new TaskRefused(`metric_list: ${shownValue(given)} is not a list of metrics`, 'no metric_list')
  return given.map((entry: unknown) => {
    const { metric, aggregation } = isRecord(entry) ? entry : {}
    const name = names.find((each) => each === metric)
    if (name === undefined)
      throw new TaskRefused(`metric_list: the metric ${shownMetric(metric)} is not computed for ${type}`, `metric ${shownMetric(metric)} of ${type}`)
    if (aggregation !== undefined && aggregation !== null && aggregation !== metricOf(name).aggregation)
      throw new TaskRefused(
        `metric_list: ${name}: the aggregation ${shownMetric(aggregation)} is not supported`,
        `aggregation ${shownMetric(aggregation)} of ${name}`,
      )
    return name
  })
}

function shownMetric(value: unknown): string {
  return typeof value === 'string' ? value : `of a function`
}
