/** Scores against what guessing gives. */
import { knownSplit, type KnownSplit } from '../../../compare/known-split.ts'
import type { BenchmarkRow } from '../../read/benchmark-rows.ts'
import type { CardContext } from '../card-context.ts'
import { PERCENT } from '../checked-cell.ts'
import type { Finding } from './finding.ts'

/** A benchmark whose whole split was scored and whose baseline is known. */
interface ScoredSplit {
  readonly row: BenchmarkRow
  readonly split: KnownSplit
  /** The best score without a model, in percent. */
  readonly baseline: number
}

/** Scores no better than guessing, and what all of them retain over it. */
export function chanceFindings({ figures: { benchmarks } }: CardContext): Finding[] {
  const scored = benchmarks.flatMap((row): ScoredSplit[] => {
    const split = knownSplit(row.task)
    // Some items of a split say little about what a model retains.
    if (!split || (row.items && row.items.count < split.itemCount)) return []
    return [{ row, split, baseline: Math.max(split.uniform, split.majority ?? 0) * PERCENT }]
  })
  if (scored.length === 0) return []
  const shares = scored.map(({ row, baseline }) => `${row.variant.row} ${overChance(row.original.value, row.variant.value, baseline)}`)
  return [
    ...scored.filter(({ row, baseline }) => row.variant.value <= baseline).map(belowChance),
    { id: 'over-chance', kind: 'note', text: `Over chance the variant retains ${shares.join(', ')}.` },
  ]
}

function belowChance({ row: { variant, task }, split, baseline }: ScoredSplit): Finding {
  const guess = split.majority === null ? 'guessing gives' : 'always giving the most frequent answer gives'
  return {
    id: `below-chance-${task}`,
    kind: 'misleading',
    text: `${variant.row}: ${variant.value} % is no better than the ${baseline.toFixed(2)} % that ${guess}: nothing is retained.`,
  }
}

/** `98 %`. An original at its baseline has nothing to retain. */
function overChance(original: number, variant: number, baseline: number): string {
  if (original <= baseline) return 'nothing, as the original has none'
  const share = ((variant - baseline) / (original - baseline)) * PERCENT
  return share < 0 ? 'less than nothing' : `${share.toFixed(share < 1 ? 1 : 0)} %`
}
