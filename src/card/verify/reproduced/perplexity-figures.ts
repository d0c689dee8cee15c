/** A perplexity of a card, or bits per byte, measured again. */
import type { ComparedScore, Comparison, Interval } from '../../../compare/comparison.ts'
import { plainName } from '../../read/benchmark-name.ts'
import type { PerplexityRow } from '../../read/perplexity-rows.ts'
import { judged, missing, UNKNOWN, type Measured, type ReproducedCell } from '../reproduced-cell.ts'
import { areSameItems, itemCells } from './item-counts.ts'

/** Items, perplexity and ratio of a row. */
export function perplexityFigures(row: PerplexityRow, comparison: Comparison): ReproducedCell[] {
  return row.measure ? measuredCells(row, row.measure, comparison) : unnamedCells(row, comparison.perplexities)
}

/** Of a text and unit that the card does not name, only the ratio can be compared. */
function unnamedCells({ side, perplexity, ratio }: PerplexityRow, [line]: Comparison['perplexities']): ReproducedCell[] {
  const cell = line?.cells[0]
  return [
    missing(perplexity, 'the card does not say on which text and in which unit it was measured'),
    ...(ratio && side === 'variant' && line && cell
      ? [judged(ratio, { value: cell.ratio, interval: cell.ratioInterval ?? UNKNOWN, unit: `× on ${line.task}` })]
      : []),
  ]
}

function measuredCells(
  { side, itemCount, perplexity, ratio: printed, ratioInterval }: PerplexityRow,
  { task, metric }: NonNullable<PerplexityRow['measure']>,
  comparison: Comparison,
): ReproducedCell[] {
  const ratio = side === 'variant' ? printed : null
  const line = comparison.perplexities.find((candidate) => plainName(candidate.task) === plainName(task) && candidate.metric === metric)
  const cell = line?.cells[0]
  if (!line || !cell) return [perplexity, ...(ratio ? [ratio] : [])].map((figure) => missing(figure, `the runs have no ${metric} of ${task}`))
  const score = side === 'original' ? line.original : cell.score
  const measuredRatio: Measured = { value: cell.ratio, interval: cell.ratioInterval ?? UNKNOWN, unit: '×' }
  return [
    ...itemCells(itemCount, line, comparison),
    judged(perplexity, { value: score.value, interval: intervalOf(score), unit: '' }),
    ...(ratio ? [judged(ratio, measuredRatio, areSameItems(itemCount, line) ? ratioInterval : null)] : []),
  ]
}

/**
 * ±1.96 standard errors of the logarithm, which are those of the score over the score (delta method): the logarithm of a perplexity is a mean over
 * tokens, which is nearer to normal, and no bound is below 0.
 */
function intervalOf({ value, standardError }: ComparedScore): Interval {
  if (standardError === null) return UNKNOWN
  const factor = Math.exp((1.96 * standardError) / value)
  return [value / factor, value * factor]
}
