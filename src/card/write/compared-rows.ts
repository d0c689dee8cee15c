/** What the tables of a card have rows of: a model's score on a task. */
import type { AccuracyCell, AccuracyLine, PerplexityCell, PerplexityLine } from '../../compare/comparison.ts'
import type { PerplexityMetric } from '../../metrics/metric.ts'
import { metricOf } from '../../metrics/registry.ts'
import type { CardContents, CardModel } from './card-contents.ts'
import type { RowExtent } from './row-extent.ts'

/** A model's accuracy in a task. */
export interface AccuracyRow {
  readonly model: CardModel
  readonly line: AccuracyLine
  readonly cell: AccuracyCell
  readonly extent: RowExtent
}

/** A model's perplexity of a text, or its bits per byte. */
export interface TextRow {
  readonly model: CardModel
  readonly line: PerplexityLine
  readonly cell: PerplexityCell
  readonly extent: RowExtent
}

/** Task by task, each with the models that have it. */
export function accuracyRows({ models }: CardContents): AccuracyRow[] {
  const rows = models.flatMap((model) =>
    model.comparison.accuracies.flatMap((line) => (line.cells[0] ? [{ model, line, cell: line.cells[0], extent: model.extents.get(line.task)! }] : [])),
  )
  return groupsOf(rows, ({ line }) => line.task).flat()
}

/** In the order of the models, then of their texts. */
export function textRows({ models }: CardContents): TextRow[] {
  return models.flatMap((model) =>
    model.comparison.perplexities.flatMap((line) => (line.cells[0] ? [{ model, line, cell: line.cells[0], extent: model.extents.get(line.task)! }] : [])),
  )
}

/** `Pruned` is what published cards say. */
export function variantWord({ comparison }: CardModel): string {
  return comparison.variants[0]!.model.weights === null ? 'Pruned' : 'Variant'
}

/** Entries with the same key together, in the order of the first of each. */
export function groupsOf<T>(list: readonly T[], key: (entry: T) => string): T[][] {
  const groups = new Map<string, T[]>()
  for (const entry of list) groups.set(key(entry), [...(groups.get(key(entry)) ?? []), entry])
  return [...groups.values()]
}

/** How cards show the metric of a line of perplexities. */
export function cardMetric({ metric }: PerplexityLine): PerplexityMetric['card'] {
  return (metricOf(metric) as PerplexityMetric).card
}
