/** A card's cells against runs that were made now: what is reproduced, and what is not. */
import type { Comparison } from '../../compare/comparison.ts'
import { cardFigures } from '../read/card-figures.ts'
import { readNote } from '../read/card-note.ts'
import type { Card } from '../read/read-card.ts'
import { benchmarkFigures } from './reproduced/benchmark-figures.ts'
import { divergenceFigures } from './reproduced/divergence-figures.ts'
import { perplexityFigures } from './reproduced/perplexity-figures.ts'
import { missing, type ReproducedCell } from './reproduced-cell.ts'
import { rowsOfRun } from './rows-of-run.ts'

/** Figures of the card beside the comparison's first variant. */
export function reproduceCard(card: Card, comparison: Comparison): ReproducedCell[] {
  const figures = cardFigures(card)
  const profile = readNote(card)?.profile ?? null
  const { whyOther, whyOtherText } = rowsOfRun(figures, comparison.variants[0]!.label)
  return [
    ...figures.benchmarks.flatMap((row) => unless(whyOther(row.model), benchmarkFigures(row, comparison, profile))),
    ...figures.perplexities.flatMap((row) => unless(whyOtherText(row), perplexityFigures(row, comparison))),
    ...figures.divergences.flatMap((row) => unless(whyOther(row.model), divergenceFigures(row, comparison))),
  ]
}

/** The cells, or that none of them can be measured if there is a reason. */
function unless(reason: string | null, cells: readonly ReproducedCell[]): readonly ReproducedCell[] {
  return reason === null ? cells : cells.map((cell) => missing(cell, reason))
}
