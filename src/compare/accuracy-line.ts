/** Lines of accuracies: retention, difference, flips and their significance. */
import { meanInterval, ratioInterval, type CountedPair } from './betting-bounds.ts'
import { chanceOf } from './chance.ts'
import type { AccuracyCell, AccuracyLine, AverageCell, Chance, ComparedScore } from './comparison.ts'
import { hasProblem, itemCountOf, itemsOf, mainMetric, splitCountOf } from './entries.ts'
import { lineItemCount, originalScore, scoreOf, type LineInput } from './line-input.ts'
import type { PairedEntry } from './pair-entries.ts'
import { holm, mcnemarExact } from './significance.ts'
import { statusOf, type StatusProfile } from './status.ts'

/** The line of one accuracy. Its p-values are not corrected for several lines. */
export function accuracyLine(input: LineInput, profile: StatusProfile): AccuracyLine {
  const { entry, metric, variants } = input
  const chance = chanceOf(entry.name, itemsOf(entry))
  const original = originalScore(input)
  const cells = variants.map(({ run, paired }): AccuracyCell | null => {
    const score = paired && scoreOf(paired.variant, metric, run)
    return score ? accuracyCell({ paired, metric, original, score, chance, itemCount: paired.pairs?.length ?? itemCountOf(paired.variant) }, profile) : null
  })
  return {
    task: entry.name,
    metric,
    isMain: mainMetric(entry) === metric,
    shotCount: entry.shotCount,
    itemCount: lineItemCount(input),
    splitCount: splitCountOf(entry),
    chance,
    original,
    cells,
  }
}

interface CellInput {
  readonly paired: PairedEntry
  readonly metric: string
  readonly original: ComparedScore
  readonly score: ComparedScore
  readonly chance: Chance | null
  readonly itemCount: number | null
}

function accuracyCell({ paired, metric, original, score, chance, itemCount }: CellInput, profile: StatusProfile): AccuracyCell {
  const outcomes = outcomesOf(paired, metric)
  const flips = outcomes && flipsOf(outcomes)
  const retention = original.value === 0 ? null : score.value / original.value
  const retentionInterval = outcomes && retention !== null ? ratioInterval(outcomes) : null
  return {
    score,
    difference: score.value - original.value,
    differenceInterval: outcomes && meanInterval(outcomes.map(differenceOf), { low: -1, high: 1 }),
    retention,
    retentionInterval,
    adjustedRetention: chance && original.value > chance.baseline ? (score.value - chance.baseline) / (original.value - chance.baseline) : null,
    flips,
    pValue: flips && mcnemarExact(flips.lost, flips.gained),
    adjustedPValue: null,
    status: statusOf({ score, original, retention, retentionInterval, chance, itemCount }, profile),
  }
}

function differenceOf({ original, variant, count }: CountedPair) {
  return { value: variant - original, count }
}

/** How many items have each pair of scores. Null without items, or if a score is not from 0 to 1. */
function outcomesOf({ original: before, variant: after, pairs }: PairedEntry, metric: string): CountedPair[] | null {
  if (!pairs || pairs.length === 0 || hasProblem(before, metric) || hasProblem(after, metric)) return null
  const counts = new Map<string, { original: number; variant: number; count: number }>()
  for (const [a, b] of pairs) {
    const [original, variant] = [a.values[metric], b.values[metric]]
    if (!isShareValue(original) || !isShareValue(variant)) return null
    const key = `${original} ${variant}`
    const known = counts.get(key)
    if (known) known.count++
    else counts.set(key, { original, variant, count: 1 })
  }
  return [...counts.values()]
}

/** Whether an item's value is a score from 0 to 1. */
export function isShareValue(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && value <= 1
}

/** Items that flipped between right and wrong; null if scores are not 0 or 1. */
function flipsOf(outcomes: readonly CountedPair[]): AccuracyCell['flips'] {
  if (outcomes.some(({ original, variant }) => ![0, 1].includes(original) || ![0, 1].includes(variant))) return null
  const countOfPair = (from: number, to: number) => outcomes.find(({ original, variant }) => original === from && variant === to)?.count ?? 0
  return { lost: countOfPair(1, 0), gained: countOfPair(0, 1) }
}

/** The lines with p-values that are corrected over all lines of each variant (Holm). */
export function withAdjustedPValues(lines: readonly AccuracyLine[]): AccuracyLine[] {
  const adjusted = (lines[0]?.cells ?? []).map((_, variant) => adjustedPValues(lines, variant))
  return lines.map((line, index) => ({
    ...line,
    cells: line.cells.map((cell, variant) => cell && { ...cell, adjustedPValue: adjusted[variant]!.get(index) ?? null }),
  }))
}

/** By the index of the line. */
function adjustedPValues(lines: readonly AccuracyLine[], variant: number): ReadonlyMap<number, number> {
  const tested = lines.flatMap(({ cells }, line) => {
    const pValue = cells[variant]?.pValue ?? null
    return pValue === null ? [] : [{ line, pValue }]
  })
  const values = holm(tested.map(({ pValue }) => pValue))
  return new Map(tested.map(({ line }, index) => [line, values[index]!]))
}

/** One variant over the lines that it has, one a task; null if it has none. */
export function averageOf(lines: readonly AccuracyLine[], variant: number, { nearChance }: StatusProfile): AverageCell | null {
  const used = lines.flatMap(({ task, original, cells }) => (cells[variant] ? [{ task, original, cell: cells[variant] }] : []))
  if (used.length === 0) return null
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
  const [original, own] = [mean(used.map((line) => line.original.value)), mean(used.map(({ cell }) => cell.score.value))]
  const ratios = used.map(({ cell }) => cell.retention)
  return {
    tasks: used.map(({ task }) => task),
    nearRandom: used.flatMap(({ task, cell }) => (cell.status.name === nearChance?.name ? [task] : [])),
    original,
    variant: own,
    meanOfRatios: ratios.every((ratio) => ratio !== null) ? mean(ratios) : null,
    ratioOfMeans: original === 0 ? null : own / original,
  }
}
