/** From log-likelihoods to numbers: each item's metrics, each task's scores, and the groups of a task with subsets. */
import type { BaseMetric, ItemValue, ScoredChoices } from '../metrics/metric.ts'
import { pooledMean, pooledStandardError, type Pooling } from '../metrics/pooling.ts'
import {
  choiceMetric,
  metricOf,
  rollingMetric,
  textMetric,
  type ChoiceMetricName,
  type MetricName,
  type RollingMetricName,
  type TextMetricName,
} from '../metrics/registry.ts'
import type { ItemDivergence } from '../metrics/divergence/item-divergence.ts'
import type { Task } from './define-task.ts'
import type { LogLikelihood, QuestionItem, ScorableItem } from './request.ts'

/** An item with its log-likelihoods. */
export interface ScoredItem {
  readonly item: ScorableItem
  /** In the order of its requests. */
  readonly logLikelihoods: readonly LogLikelihood[]
  /** The item's value of each of the task's metrics. */
  readonly metrics: Readonly<Record<string, ItemValue>>
  /** From the original's distributions; absent without `--divergence`. */
  readonly divergence?: ItemDivergence
}

/** One figure of a task or group. */
export interface Score {
  readonly metric: MetricName
  readonly value: number
  /** NaN if there are too few items. */
  readonly standardError: number
}

/** Scores of one task, subset or group. */
export interface TaskScores {
  readonly name: string
  readonly itemCount: number
  readonly scores: readonly Score[]
}

/** The metrics of one item. */
export function scoreItem(task: Task, item: ScorableItem, logLikelihoods: readonly LogLikelihood[]): ScoredItem {
  const values = task.metrics.map((name) => [name, itemValue(name, item, logLikelihoods)])
  return { item, logLikelihoods, metrics: Object.fromEntries(values) as ScoredItem['metrics'] }
}

/** An item's kind is its task's, which has metrics of that kind only. */
function itemValue(name: MetricName, item: ScorableItem, logLikelihoods: readonly LogLikelihood[]): ItemValue {
  const [first] = logLikelihoods
  if (item.kind === 'rolling') return rollingMetric(name as RollingMetricName).itemValue({ referenceText: item.referenceText, ...first! })
  if (item.kind === 'text') return textMetric(name as TextMetricName).itemValue(first!)
  return choiceMetric(name as ChoiceMetricName).itemValue(scoredChoices(item, logLikelihoods))
}

/** The scores of items that share a name; at least one item. `seed` is the bootstrap's. */
export function aggregateItems(task: Task, items: readonly ScoredItem[], seed: number): TaskScores {
  const scores = task.metrics.map((name): Score => {
    const metric: BaseMetric = metricOf(name)
    const values = items.map(({ metrics }) => metrics[name]!)
    return { metric: name, value: metric.aggregate(values), standardError: metric.standardError(values, { seed }) }
  })
  return { name: items[0]!.item.task, itemCount: items.length, scores }
}

/** How many items have equal best choices, by metric: the first wins, as in lm-eval, so rounding can change the outcome. Empty without choices. */
export function countTies(task: Task, items: readonly ScoredItem[]): Readonly<Partial<Record<MetricName, number>>> {
  if (task.kind !== 'choice' && task.kind !== 'schema') return {}
  const tiesOf = (name: (typeof task.metrics)[number]) =>
    items.filter(({ item, logLikelihoods }) => 'choices' in item && choiceMetric(name).isTied(scoredChoices(item, logLikelihoods)))
  return Object.fromEntries(task.metrics.map((name) => [name, tiesOf(name).length]))
}

/** A group's scores: means of its members'. */
export function poolScores(name: string, members: readonly TaskScores[], pooling?: Pooling): TaskScores {
  const scores = members[0]!.scores.map(({ metric }, index): Score => {
    const parts = members.map(({ itemCount, scores: own }) => ({ itemCount, score: own[index]!.value, standardError: own[index]!.standardError }))
    return { metric, value: pooledMean(parts, pooling), standardError: pooledStandardError(parts, pooling) }
  })
  return { name, itemCount: members.reduce((sum, { itemCount }) => sum + itemCount, 0), scores }
}

/** Log-likelihoods come in the order of the choices; those after an empty context follow them. */
function scoredChoices({ choices, gold }: QuestionItem, logLikelihoods: readonly LogLikelihood[]): ScoredChoices {
  const logProbs = logLikelihoods.map(({ logProb }) => logProb)
  return {
    choices,
    gold,
    logProbs: logProbs.slice(0, choices.length),
    isGreedy: logLikelihoods.slice(0, choices.length).map(({ isGreedy }) => isGreedy),
    unconditionalLogProbs: logProbs.slice(choices.length),
  }
}
