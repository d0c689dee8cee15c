/** How many items the scores are of, as far as the scores show it. */
import { knownSplit } from '../../../compare/known-split.ts'
import { count } from '../../../text/count.ts'
import type { BenchmarkRow } from '../../read/benchmark-rows.ts'
import type { Printed } from '../../read/printed-cell.ts'
import type { CardContext } from '../card-context.ts'
import { correctCount, type CorrectCount } from '../correct-count.ts'
import type { Finding } from './finding.ts'

interface CountedScore extends CorrectCount {
  readonly score: Printed
  readonly isVariant: boolean
}

/** Scores of a part of a split, scores that no number of correct items gives, or that all are of whole splits. */
export function itemCountFindings({ figures: { benchmarks } }: CardContext): Finding[] {
  const counted = benchmarks.filter(({ task }) => knownSplit(task)).flatMap(countedScores)
  const wrong = counted.filter(({ isExact }) => !isExact)
  const parts = partTexts(benchmarks)
  return [
    ...(parts.length > 0 ? [partFinding(parts)] : []),
    ...(wrong.length > 0 ? [wrongFinding(wrong)] : []),
    ...(wrong.length === 0 && parts.length === 0 && counted.length > 0 ? [wholeFinding(counted)] : []),
  ]
}

function countedScores(row: BenchmarkRow): CountedScore[] {
  return [row.original, row.variant].flatMap((score) => {
    const nearest = correctCount(row, score)
    return nearest === null ? [] : [{ ...nearest, score, isVariant: score === row.variant }]
  })
}

/** `PIQA 5 of 1,838 items`, once for each benchmark. */
function partTexts(benchmarks: readonly BenchmarkRow[]): string[] {
  const texts = benchmarks.flatMap(({ name, task, items }) => {
    const whole = items?.of ?? knownSplit(task)?.itemCount
    return items && whole !== undefined && items.count < whole ? [`${name} ${count(items.count)} of ${count(whole)} items`] : []
  })
  return [...new Set(texts)]
}

function partFinding(parts: readonly string[]): Finding {
  return { id: 'partial', kind: 'misleading', text: `Not the whole split: ${parts.join(', ')}. Such scores cannot be compared with published ones.` }
}

function wrongFinding(scores: readonly CountedScore[]): Finding {
  const names = scores.map(({ score }) => `${score.row} ${score.text}`).join(', ')
  return { id: 'not-a-count', kind: 'wrong', text: `No number of correct items of the split gives ${names}: it is of a subset, of another split, or mistyped.` }
}

function wholeFinding(scores: readonly CountedScore[]): Finding {
  const counts = scores.filter(({ isVariant }) => isVariant).map(({ correct, itemCount }) => `${count(correct)} of ${count(itemCount)}`)
  return { id: 'full-splits', kind: 'note', text: `All ${scores.length} scores are of whole splits: each is a number of correct items (${counts.join('; ')}).` }
}
