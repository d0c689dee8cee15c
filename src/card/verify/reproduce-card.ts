/** A card's cells against runs that were made now: what is reproduced, and what is not. */
import type { Comparison, ComparedScore, Interval } from '../../compare/comparison.ts'
import { scoreInterval } from '../../compare/score-interval.ts'
import { cardFigures } from '../read/card-figures.ts'
import type { Cell, Printed } from '../read/printed-cell.ts'
import type { DivergenceRow } from '../read/divergence-rows.ts'
import type { PerplexityRow } from '../read/perplexity-rows.ts'
import type { Card } from '../read/read-card.ts'

/** `equal`: to the printed digit. `within`: inside the 95 % interval of what was measured. */
export type ReproductionVerdict = 'equal' | 'within' | 'different' | 'not reproducible'

/** One cell, measured again. */
export interface ReproducedCell extends Cell {
  readonly verdict: ReproductionVerdict
  /** What was measured, or why it could not be. */
  readonly measured: string
}

/** Half the width of a 95 % interval of a perplexity in standard errors. */
const HALF_WIDTH = 1.96
const PERCENT = 100

/** Scores and retentions of the card beside the comparison's first variant. */
export function reproduceCard(card: Card, { accuracies, perplexities, divergences }: Comparison): ReproducedCell[] {
  const { benchmarks, perplexities: printed, divergences: diverging } = cardFigures(card)
  const cells = benchmarks.flatMap(({ task, original, variant, retention }): ReproducedCell[] => {
    const line = accuracies.find((candidate) => candidate.task === task)
    const cell = line?.cells[0]
    const all = [original, variant, ...(retention ? [retention] : [])]
    if (!line || !cell) return all.map((figure) => missing(figure, `the runs have no ${task}`))
    const [low, high] = cell.retentionInterval ?? [NaN, NaN]
    return [
      scoreCell(original, line.original, line.itemCount),
      scoreCell(variant, cell.score, line.itemCount),
      ...(retention ? [judged(retention, (cell.retention ?? NaN) * PERCENT, [low * PERCENT, high * PERCENT], ' %')] : []),
    ]
  })
  const unnamed = 'the card does not say on which text and in which unit it was measured'
  const ratio = perplexities[0]?.cells[0]
  return [
    ...cells,
    ...printed.flatMap(({ measure, side, perplexity, ratio: figure }) => {
      if (measure) return measuredCells(perplexity, side === 'variant' ? figure : null, measure, side, perplexities)
      const onOther = figure && side === 'variant' && ratio
      return [
        missing(perplexity, unnamed),
        ...(onOther ? [judged(figure, ratio.ratio, ratio.ratioInterval ?? [NaN, NaN], `× on ${perplexities[0]!.task}`)] : []),
      ]
    }),
    ...diverging.flatMap((row) => divergenceCells(row, divergences)),
  ]
}

/** A task's divergence. */
function divergenceCells({ task, mean, median, p99, max, sameTop }: DivergenceRow, lines: Comparison['divergences']): ReproducedCell[] {
  const cell = (lines.find((line) => line.task === task) ?? (task === null && lines.length === 1 ? lines[0] : undefined))?.cells[0]
  const unknown: Interval = [NaN, NaN]
  const figures = [
    [mean, cell?.kl.value, cell?.klInterval ?? unknown, ' nats'],
    [median, cell?.kl.median, unknown, ' nats'],
    [p99, cell?.kl.p99, unknown, ' nats'],
    [max, cell?.kl.max, unknown, ' nats'],
    [sameTop, cell ? cell.sameTop.value * PERCENT : undefined, (cell?.sameTopInterval ?? unknown).map((bound) => bound * PERCENT) as [number, number], ' %'],
  ] as const
  return figures.flatMap(([figure, value, interval, unit]) => {
    if (!figure) return []
    return [value === undefined ? missing(figure, `the runs have no divergence${task === null ? '' : ` of ${task}`}`) : judged(figure, value, interval, unit)]
  })
}

/** A perplexity whose text and unit the card names, and its ratio. */
function measuredCells(
  perplexity: Printed,
  ratio: Printed | null,
  { task, metric }: NonNullable<PerplexityRow['measure']>,
  side: PerplexityRow['side'],
  lines: Comparison['perplexities'],
): ReproducedCell[] {
  const figures = [perplexity, ...(ratio ? [ratio] : [])]
  const line = lines.find((candidate) => candidate.task === task && candidate.metric === metric)
  const cell = line?.cells[0]
  if (!line || !cell) return figures.map((figure) => missing(figure, `the runs have no ${metric} of ${task}`))
  const { value, standardError } = side === 'original' ? line.original : cell.score
  const reach = standardError === null ? NaN : standardError * HALF_WIDTH
  return [judged(perplexity, value, [value - reach, value + reach], ''), ...(ratio ? [judged(ratio, cell.ratio, cell.ratioInterval ?? [NaN, NaN], '×')] : [])]
}

function missing(figure: Printed, why: string): ReproducedCell {
  return { ...cellOf(figure), verdict: 'not reproducible', measured: why }
}

function scoreCell(figure: Printed, score: ComparedScore, itemCount: number | null): ReproducedCell {
  const [low, high] = scoreInterval(score, itemCount)
  return judged(figure, score.value * PERCENT, [low * PERCENT, high * PERCENT], ' %')
}

function judged(figure: Printed, value: number, [low, high]: Interval, unit: string): ReproducedCell {
  const isEqual = Math.abs(value - figure.value) <= figure.slack + 1e-9
  const isWithin = figure.value >= low - figure.slack && figure.value <= high + figure.slack
  const digits = Math.max(2, figure.digits)
  const shown = `${value.toFixed(digits)}${unit}`
  const text = Number.isFinite(low) ? `${shown} [${low.toFixed(digits)}, ${high.toFixed(digits)}]` : shown
  return { ...cellOf(figure), verdict: isEqual ? 'equal' : isWithin ? 'within' : 'different', measured: text }
}

function cellOf({ table, row, column, line, text }: Printed): Cell {
  return { table, row, column, line, text }
}
