/** The items that a policy's rules are about: those of the baseline. */
import { isShareValue } from '../../compare/accuracy-line.ts'
import { accuracyMetrics, entriesOf, hasProblem, itemsOf, perplexityMetrics, type Entry } from '../../compare/entries.ts'
import { isTextValue } from '../../compare/perplexity-line.ts'
import { CompareError, GateError } from '../../errors.ts'
import type { ItemValue } from '../../metrics/metric.ts'
import { metricOf } from '../../metrics/registry.ts'
import type { StoredItem, StoredRun } from '../../store/stored-run.ts'
import type { RuleRequest } from '../rule-requests.ts'
import { drawOrder } from './drawing.ts'

/** An item of the baseline. */
export interface PopulationItem {
  /** The task or subset that it is of. */
  readonly part: string
  readonly item: StoredItem
}

/** The items of a task or group, in the order in which they are drawn. */
export interface Population {
  /** Name of the task or group in the policy. */
  readonly name: string
  readonly entry: Entry
  readonly drawn: readonly PopulationItem[]
}

/** The population of a task or group that the baseline has, in the random order of the seed. Fails with CompareError if the baseline has no items of it. */
export function populationOf(baseline: StoredRun, name: string, seed: number): Population {
  const entry = entriesOf(baseline).find((candidate) => candidate.name === name)
  if (!entry || !itemsOf(entry))
    throw new CompareError(
      `${baseline.label} has ${entry ? 'no samples' : 'no scores'} of ${name}`,
      'Score the baseline on it with `evalharness run`; the samples files must be beside its results.',
    )
  // In the order of the rows, whatever order a file has.
  const items = entry.strata.flatMap(({ name: part, items: own }) => own!.toSorted((a, b) => a.docId - b.docId).map((item): PopulationItem => ({ part, item })))
  return { name, entry, drawn: drawOrder(items.length, seed).map((index) => items[index]!) }
}

/** The metric that a rule is about: its own, else the main one of the population's task. Undefined if there is none of that kind. */
export function ruleMetric({ kind, metric }: RuleRequest, { entry }: Population): string | undefined {
  const isPerplexity = kind === 'max_perplexity_ratio'
  if (metric !== undefined) return metricOf(metric).comparedAs === (isPerplexity ? 'perplexity' : 'accuracy') ? metric : undefined
  return (isPerplexity ? perplexityMetrics(entry) : accuracyMetrics(entry, false))[0]
}

/**
 * The baseline's values of a metric, in the order of drawing. Fails with GateError on a score that is not a mean over items, such as f1, or not that of all
 * items together, and with CompareError on an item without a value.
 */
export function baselineValues({ name, entry, drawn }: Population, metric: string): ItemValue[] {
  if (hasProblem(entry, metric)) throw new GateError(`${name}: ${metric}: ${entry.problems![metric]}`, NOT_A_MEAN_HINT)
  const isComparable = metricOf(metric).comparedAs === 'perplexity' ? isTextValue : isShareValue
  return drawn.map(({ part, item: { docId, values } }) => {
    const value = Object.hasOwn(values, metric) ? values[metric] : undefined
    if (value === undefined) throw new CompareError(`${name}: the baseline’s row ${docId} of ${part} has no ${metric}`, 'Score the baseline again.')
    if (!isComparable(value)) throw new GateError(`${name}: ${metric} is not a mean over items, so a part of them says little about it`, NOT_A_MEAN_HINT)
    return value
  })
}

/** Of stored runs such a score has no interval either. */
export const NOT_A_MEAN_HINT = 'Name a subset or another metric in the policy.'

/** Names an item among those of all populations. */
export function itemName(part: string, docId: number): string {
  return `${part} ${docId}`
}
