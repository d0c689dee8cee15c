/** Paired bootstrap: items are drawn again with replacement, both models' answers together, each stratum (a subject of MMLU) for itself. */
import { mulberry32 } from '../metrics/random.ts'
import type { Interval } from './comparison.ts'

/** How often and from which seed. */
export interface BootstrapOptions {
  readonly resamples: number
  readonly seed: number
}

/** The right answers of both models in each resample, as sums over items. */
export interface ResampledCounts {
  readonly original: Int32Array
  readonly variant: Int32Array
}

/** Draws 0/1 outcomes again. A stratum is its items' outcomes: bit 0 the original's, bit 1 the variant's. */
export function resampleOutcomes(strata: readonly Uint8Array[], { resamples, seed }: BootstrapOptions): ResampledCounts {
  const original = new Int32Array(resamples)
  const variant = new Int32Array(resamples)
  const counts = new Int32Array(4)
  const random = mulberry32(seed)
  for (let resample = 0; resample < resamples; resample++) {
    counts.fill(0)
    for (const outcomes of strata) {
      const count = outcomes.length
      for (let draw = 0; draw < count; draw++) counts[outcomes[(random() * count) | 0]!]!++
    }
    original[resample] = counts[1]! + counts[3]!
    variant[resample] = counts[2]! + counts[3]!
  }
  return { original, variant }
}

/** Draws indices of `count` items again; `measure` is called with each resample's and its value is kept. */
export function resampleIndices(count: number, { resamples, seed }: BootstrapOptions, measure: (indices: Int32Array) => readonly number[]): number[][] {
  const random = mulberry32(seed)
  const indices = new Int32Array(count)
  return Array.from({ length: resamples }, () => {
    for (let draw = 0; draw < count; draw++) indices[draw] = (random() * count) | 0
    return [...measure(indices)]
  })
}

/** The middle 95 % of the values that are numbers, by linear interpolation; null when none is. */
export function percentileInterval(values: Iterable<number>): Interval | null {
  const sorted = Float64Array.from([...values].filter((value) => Number.isFinite(value))).sort()
  if (sorted.length === 0) return null
  const quantile = (share: number) => {
    const position = share * (sorted.length - 1)
    const below = Math.floor(position)
    const above = Math.min(below + 1, sorted.length - 1)
    return sorted[below]! + (sorted[above]! - sorted[below]!) * (position - below)
  }
  return [quantile(0.025), quantile(0.975)]
}
