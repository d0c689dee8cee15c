/** From answers to numbers: each item's metrics, each task's scores, and the groups of a task with subsets. */
import type { Metric, Task } from '../task/define-task.ts'
import type { Answer, Item } from '../task/request.ts'
import { choiceMetric, isTied } from './choice.ts'
import { textMetric, textMetricError, textScore, type TextScore } from './perplexity.ts'
import { mean, meanStandardError, pooledMean, pooledStandardError } from './standard-error.ts'

/** An item with its answers. */
export interface ScoredItem {
  readonly item: Item
  /** In the order of its requests. */
  readonly answers: readonly Answer[]
  /** For choices 0 or 1 a metric, for texts the log-likelihood and its weight. */
  readonly metrics: Readonly<Partial<Record<Metric, number | TextScore>>>
}

/** One figure of a task or group. */
export interface Score {
  readonly metric: Metric
  readonly value: number
  /** NaN where there are too few items. */
  readonly standardError: number
}

/** Scores of one task, subset or group. */
export interface TaskScores {
  readonly name: string
  readonly itemCount: number
  readonly scores: readonly Score[]
}

/** Whether more is better. */
export function higherIsBetter(metric: Metric): boolean {
  return metric.startsWith('acc')
}

/** The metrics of one item. */
export function scoreItem(task: Task, item: Item, answers: readonly Answer[]): ScoredItem {
  const metrics =
    task.kind === 'choice'
      ? task.metrics.map((metric) => [metric, choiceMetric(metric, item, answers)] as const)
      : task.metrics.map((metric) => [metric, textScore(metric, item.original, answers[0]!)] as const)
  return { item, answers, metrics: Object.fromEntries(metrics) }
}

/** The scores of items that share a name; at least one item. `seed` is the bootstrap's. */
export function aggregateItems(task: Task, items: readonly ScoredItem[], seed: number): TaskScores {
  const scores = task.metrics.map((metric): Score => {
    if (task.kind === 'choice') {
      const values = items.map(({ metrics }) => metrics[metric] as number)
      return { metric, value: mean(values), standardError: meanStandardError(values) }
    }
    const values = items.map(({ metrics }) => metrics[metric] as TextScore)
    const textKind = metric as (typeof task.metrics)[number]
    return { metric, value: textMetric(textKind, values), standardError: textMetricError(textKind, values, { seed }) }
  })
  return { name: items[0]!.item.task, itemCount: items.length, scores }
}

/** How many items have equal best choices, by metric: there the first counts, as in lm-eval, and rounding may turn the item. Empty for texts. */
export function countTies(task: Task, items: readonly ScoredItem[]): Readonly<Partial<Record<Metric, number>>> {
  if (task.kind !== 'choice') return {}
  return Object.fromEntries(task.metrics.map((metric) => [metric, items.filter(({ item, answers }) => isTied(metric, item, answers)).length]))
}

/** A group's scores: its members' weighted by their numbers of items. */
export function poolScores(name: string, members: readonly TaskScores[]): TaskScores {
  const scores = members[0]!.scores.map(({ metric }, index): Score => {
    const parts = members.map(({ itemCount, scores: own }) => ({ itemCount, score: own[index]!.value, standardError: own[index]!.standardError }))
    return { metric, value: pooledMean(parts), standardError: pooledStandardError(parts) }
  })
  return { name, itemCount: members.reduce((sum, { itemCount }) => sum + itemCount, 0), scores }
}
