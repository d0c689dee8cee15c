/** The 95 % interval of one score, without a second model. */
import { proportionInterval } from './beta.ts'
import type { ComparedScore, Interval } from './comparison.ts'

/**
 * The interval of an accuracy, as shares. Clopper and Pearson's exact one if the number of items is known, which is never a single point; else ±1.96
 * standard errors within 0 and 1, and the score alone if it has none.
 */
export function scoreInterval({ value, standardError }: Pick<ComparedScore, 'value' | 'standardError'>, itemCount: number | null): Interval {
  if (itemCount !== null) return proportionInterval(value * itemCount, itemCount)
  const reach = 1.96 * (standardError ?? 0)
  return [Math.max(0, value - reach), Math.min(1, value + reach)]
}
