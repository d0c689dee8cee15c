/** The status of a retention: profiles of cuts, and the rule for scores no better than guessing. */
import type { Chance, ComparedScore, Interval, Status } from './comparison.ts'
import { scoreInterval } from './score-interval.ts'

/** How statuses are given. */
export interface StatusProfile {
  readonly name: string
  /** From the highest cut down: the first whose `atLeast` the retention reaches. The last has none. */
  readonly cuts: readonly (Status & { readonly atLeast?: number | undefined })[]
  /** What the cuts are compared with: the retention's 95 % interval, if there is one, or the retention alone. */
  readonly by: 'interval' | 'point'
  /** For a score that is shown to be no better than chance; null for no such status. */
  readonly nearChance: (Status & { readonly chance: 'uniform' | 'baseline' }) | null
}

/**
 * `default` compares the interval with cuts in the range that gates use, and counts the majority class as chance. `card` compares the retention
 * alone with the cuts of published cards, and counts uniform chance only.
 */
export const PROFILES: Readonly<Record<'default' | 'card', StatusProfile>> = {
  default: {
    name: 'default',
    cuts: [
      { name: 'Excellent', sign: '✅', atLeast: 0.95 },
      { name: 'Good', sign: '✅', atLeast: 0.88 },
      { name: 'Acceptable', sign: '⚠️', atLeast: 0.75 },
      { name: 'Degraded', sign: '❌' },
    ],
    by: 'interval',
    nearChance: { name: 'Near random', sign: '❌', chance: 'baseline' },
  },
  card: {
    name: 'card',
    cuts: [
      { name: 'Excellent', sign: '✅', atLeast: 0.88 },
      { name: 'Good', sign: '✅', atLeast: 0.75 },
      { name: 'Acceptable', sign: '⚠️', atLeast: 0.65 },
      { name: 'Degraded', sign: '⚠️' },
    ],
    by: 'point',
    nearChance: { name: 'Near random', sign: '❌', chance: 'uniform' },
  },
}

/** When the items leave every status possible, or cannot distinguish the score from chance. */
export const TOO_FEW_ITEMS: Status = { name: 'Too few items', sign: '❔' }
/** When the original scores 0. */
export const NO_STATUS: Status = { name: '–', sign: '' }

/** Whether a status says anything; a profile may give words without a sign. */
export function hasStatus({ status: { name } }: { readonly status: Status }): boolean {
  return name !== NO_STATUS.name
}

/** The input of a status. */
export interface Judged {
  readonly score: ComparedScore
  readonly original: ComparedScore
  readonly retention: number | null
  readonly retentionInterval: Interval | null
  readonly chance: Chance | null
  /** Items of the score. */
  readonly itemCount: number | null
}

/**
 * The status of a score. When the interval contains a cut, the range of possible statuses: `at least Good`, `at most Acceptable`,
 * `Acceptable to Good`, or `TOO_FEW_ITEMS` when all are possible.
 */
export function statusOf(judged: Judged, profile: StatusProfile): Status {
  const { retention, retentionInterval } = judged
  const relation = relationToChance(judged, profile)
  if (relation === 'near') return pick(profile.nearChance!)
  if (relation === 'unknown') return TOO_FEW_ITEMS
  if (retention === null) return NO_STATUS
  const [low, high] = profile.by === 'interval' && retentionInterval ? retentionInterval : [retention, retention]
  return statusBetween(cutIndex(low, profile), cutIndex(high, profile), profile)
}

/** Every status that a profile can give, for readers of printed ones. */
export function statusesOf(profile: StatusProfile): Status[] {
  const indices = profile.cuts.map((_, index) => index)
  const ranges = indices.flatMap((lowest) => indices.filter((highest) => highest <= lowest).map((highest) => statusBetween(lowest, highest, profile)))
  return [...ranges, ...(profile.nearChance ? [pick(profile.nearChance)] : []), TOO_FEW_ITEMS, NO_STATUS]
}

/** Points above chance that a score may have and still be near chance, if the original is hardly above it. */
const NEAR_POINTS = 0.02
/** The share of the original's own distance to chance that a score may keep and still be called near it. */
const NEAR_SHARE = 0.25

/**
 * Whether a score is above chance. `above`: the exact binomial 95 % interval of the score excludes chance, and the score is more than one
 * point above it. Otherwise `near` when the interval also excludes a quarter of the original's distance to chance (at least 2 points),
 * and `unknown` when it does not: then the items are too few to tell.
 */
function relationToChance({ score, original, chance, itemCount }: Judged, { nearChance }: StatusProfile): 'above' | 'near' | 'unknown' {
  if (!nearChance || !chance) return 'above'
  const guessed = chance[nearChance.chance]
  const [low, high] = scoreInterval(score, itemCount)
  // Scores are printed in hundredths of a percent: a score that is printed as the bound is not above it.
  if (low > guessed && score.value - guessed > 0.01 + 1e-9) return 'above'
  return high <= guessed + Math.max(NEAR_POINTS, NEAR_SHARE * (original.value - guessed)) ? 'near' : 'unknown'
}

function cutIndex(retention: number, { cuts }: StatusProfile): number {
  const index = cuts.findIndex(({ atLeast }) => atLeast === undefined || retention >= atLeast)
  return index === -1 ? cuts.length - 1 : index
}

/** Cuts are counted from the highest down. */
function statusBetween(lowest: number, highest: number, { cuts }: StatusProfile): Status {
  const [worst, best] = [cuts[lowest]!, cuts[highest]!]
  if (lowest === highest) return pick(best)
  const [isBottom, isTop] = [lowest === cuts.length - 1, highest === 0]
  if (isBottom && isTop) return TOO_FEW_ITEMS
  const sign = worst.sign === best.sign ? best.sign : TOO_FEW_ITEMS.sign
  if (isTop) return { name: `at least ${worst.name}`, sign }
  return isBottom ? { name: `at most ${best.name}`, sign } : { name: `${worst.name} to ${best.name}`, sign }
}

function pick({ name, sign }: Status): Status {
  return { name, sign }
}
