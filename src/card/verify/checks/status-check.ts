/** The status of a benchmark: whether figures that round to those of its row give it. */
import { withChance } from '../../../compare/chance.ts'
import type { Status } from '../../../compare/comparison.ts'
import { knownSplit } from '../../../compare/known-split.ts'
import { statusOf, type Judged, type StatusProfile } from '../../../compare/status.ts'
import { plainName } from '../../read/benchmark-name.ts'
import type { BenchmarkRow } from '../../read/benchmark-rows.ts'
import type { Cell, Printed } from '../../read/printed-cell.ts'
import { statusText } from '../../status-text.ts'
import { checked, PERCENT, type CheckedCell } from '../checked-cell.ts'

/** The check of a status. */
export function statusCell(row: BenchmarkRow, status: Cell, profile: StatusProfile): CheckedCell {
  const expected = statusText(statusOfRow(row, profile))
  return checked(status, `status of profile ${profile.name}`, possibleStatuses(row, profile).has(plainName(status.text)), expected)
}

/** The status that the printed figures give. */
export function statusOfRow(row: BenchmarkRow, profile: StatusProfile): Status {
  return statusOf(judgedOf(row), profile)
}

/** Every status that figures give which round to the printed ones. */
function possibleStatuses(row: BenchmarkRow, profile: StatusProfile): ReadonlySet<string> {
  const cases = possibleScores(row).flatMap((judged) => possibleRetentions(row, profile).map((retained) => ({ ...judged, ...retained })))
  return new Set(cases.map((judged) => plainName(statusText(statusOf(judged, profile)))))
}

function judgedOf({ task, items, chance, original, variant, retentionInterval }: BenchmarkRow): Judged {
  const split = knownSplit(task)
  const known = split ? withChance(split.uniform, split.majority) : null
  const cited = (value: number) => ({ value: value / PERCENT, standardError: null, provenance: 'cited' as const })
  return {
    score: cited(variant.value),
    original: cited(original.value),
    retention: original.value > 0 ? variant.value / original.value : null,
    retentionInterval: retentionInterval && [retentionInterval.low.value / PERCENT, retentionInterval.high.value / PERCENT],
    chance: chance ? withChance(chance.value / PERCENT, null) : known,
    itemCount: items?.count ?? split?.itemCount ?? null,
  }
}

/** The score farthest from chance, the nearest, the printed one, and the exact one if the items are known. */
function possibleScores(row: BenchmarkRow): Judged[] {
  const { original, variant, chance, items, retentionInterval } = row
  const judged = judgedOf(row)
  const shifted = (side: number): Judged => ({
    ...judged,
    score: { ...judged.score, value: Math.min(1, Math.max(0, (variant.value + side * variant.slack) / PERCENT)) },
    original: { ...judged.original, value: (original.value - side * original.slack) / PERCENT },
    chance: chance ? withChance((chance.value - side * chance.slack) / PERCENT, null) : judged.chance,
  })
  const rounded = [-1, 0, 1].map(shifted)
  if (!items) return rounded
  const exact = { ...judged, score: { ...judged.score, value: Math.round((variant.value / PERCENT) * items.count) / items.count } }
  const all = [exact, ...rounded]
  // A card that evalharness wrote: its task may have the name of a known one without being it, and a score that is not paired may have
  // been judged on the known split's number of items.
  const withoutChance = chance ? [] : all.map((entry) => ({ ...entry, chance: null }))
  const counts = retentionInterval ? [] : [knownSplit(row.task)?.itemCount ?? null, null]
  return [...all, ...withoutChance].flatMap((entry) => [entry, ...counts.map((itemCount) => ({ ...entry, itemCount }))])
}

type Retained = Pick<Judged, 'retention' | 'retentionInterval'>

/** Retentions, or intervals of them, at both ends of their rounding and at each of the profile's cuts in between. */
function possibleRetentions(row: BenchmarkRow, profile: StatusProfile): Retained[] {
  if (row.original.value === 0 && !row.retention) return [{ retention: null, retentionInterval: null }]
  return row.retentionInterval ? possibleIntervals(row, row.retentionInterval, profile) : possiblePoints(row, profile)
}

function possibleIntervals(
  { original, variant, retention }: BenchmarkRow,
  interval: NonNullable<BenchmarkRow['retentionInterval']>,
  profile: StatusProfile,
): Retained[] {
  const lows = roundedRange(interval.low, profile)
  const highs = roundedRange(interval.high, profile)
  const retained = retention ? retention.value / PERCENT : variant.value / original.value
  const shares = retention ? roundedRange(retention, profile) : [retained]
  return [
    ...lows.flatMap((low) => highs.map((high) => ({ retention: retained, retentionInterval: [low, high] as const }))),
    ...shares.map((share) => ({ retention: share, retentionInterval: [lows[0]!, highs.at(-1)!] as const })),
  ]
}

function possiblePoints({ original, variant, retention }: BenchmarkRow, profile: StatusProfile): Retained[] {
  const smallest = original.value - original.slack
  const least = Math.max(
    (variant.value - variant.slack) / (original.value + original.slack),
    retention ? (retention.value - retention.slack) / PERCENT : -Infinity,
  )
  const most = Math.min(
    smallest > 0 ? (variant.value + variant.slack) / smallest : Infinity,
    retention ? (retention.value + retention.slack) / PERCENT : Infinity,
  )
  return [...withCuts(least, most, profile), variant.value / original.value]
    .filter((share) => Number.isFinite(share))
    .map((share) => ({ retention: share, retentionInterval: null }))
}

function roundedRange({ value, slack }: Printed, profile: StatusProfile): number[] {
  return withCuts((value - slack) / PERCENT, (value + slack) / PERCENT, profile)
}

/** Both ends, the middle, and the cuts in between, where a status changes; the ends stay at the ends. */
function withCuts(low: number, high: number, { cuts }: StatusProfile): number[] {
  const between = cuts.flatMap(({ atLeast }) => (atLeast !== undefined && atLeast >= low && atLeast <= high ? [atLeast] : []))
  return [...new Set([low, (low + high) / 2, ...between, high])]
}
