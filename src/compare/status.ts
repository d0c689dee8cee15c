/** The word for a retention: profiles of cuts, and the rule for scores no better than guessing. */
import type { Chance, ComparedScore, Interval, Status } from './comparison.ts'

/** How statuses are given. */
export interface StatusProfile {
  readonly name: string
  /** From the highest cut down: the first whose `atLeast` the retention reaches. The last has none. */
  readonly cuts: readonly (Status & { readonly atLeast?: number | undefined })[]
  /** For a score that is not above its chance by more than two standard errors or one point, whichever is more; null to leave it out. */
  readonly nearChance: (Status & { readonly chance: 'uniform' | 'baseline' }) | null
}

const CARD_CUTS = [
  { name: 'Excellent', sign: '✅', atLeast: 0.88 },
  { name: 'Good', sign: '✅', atLeast: 0.75 },
  { name: 'Acceptable', sign: '⚠️', atLeast: 0.65 },
  { name: 'Degraded', sign: '⚠️' },
] as const

/** `default` holds scores against the majority class too; `card` against uniform chance alone, as published cards do. */
export const PROFILES: Readonly<Record<'default' | 'card', StatusProfile>> = {
  default: { name: 'default', cuts: CARD_CUTS, nearChance: { name: 'Near random', sign: '❌', chance: 'baseline' } },
  card: { name: 'card', cuts: CARD_CUTS, nearChance: { name: 'Near random', sign: '❌', chance: 'uniform' } },
}

/** Where the interval leaves more than one word possible. */
export const INDETERMINATE: Status = { name: 'Indeterminate', sign: '❔' }
/** Where the original scores nothing. */
export const NO_STATUS: Status = { name: '–', sign: '' }

/** What is to be named. */
export interface Judged {
  readonly score: ComparedScore
  readonly retention: number | null
  readonly retentionInterval: Interval | null
  readonly chance: Chance | null
  /** Items of the score; for a standard error where none is known. */
  readonly itemCount: number | null
}

/** The word for a score. With `isStrict`, `INDETERMINATE` where the retention's interval straddles a cut. */
export function statusOf(judged: Judged, profile: StatusProfile, isStrict = false): Status {
  if (isNearChance(judged, profile)) return pick(profile.nearChance!)
  if (judged.retention === null) return NO_STATUS
  const status = cutFor(judged.retention, profile)
  if (isStrict && judged.retentionInterval) {
    const [low, high] = judged.retentionInterval
    if (cutFor(low, profile) !== cutFor(high, profile)) return INDETERMINATE
  }
  return pick(status)
}

function isNearChance({ score: { value, standardError }, chance, itemCount }: Judged, { nearChance }: StatusProfile): boolean {
  if (!nearChance || !chance) return false
  const error = standardError ?? (itemCount === null ? 0 : Math.sqrt((value * (1 - value)) / itemCount))
  // Scores are printed in hundredths of a percent: what equals the bound there is not above it.
  return value - chance[nearChance.chance] <= Math.max(2 * error, 0.01) + 1e-9
}

function cutFor(retention: number, { cuts }: StatusProfile) {
  return cuts.find(({ atLeast }) => atLeast === undefined || retention >= atLeast) ?? cuts.at(-1)!
}

function pick({ name, sign }: Status): Status {
  return { name, sign }
}
