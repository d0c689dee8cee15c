/** The regularized incomplete beta function, and the two quantiles made of it: Student's t and the exact binomial interval. */
import type { Interval } from './comparison.ts'

/** I_x(a, b) for 0 ≤ x ≤ 1, by Lentz's continued fraction (Abramowitz and Stegun 26.5.8), to about 1e-13. */
export function incompleteBeta(x: number, a: number, b: number): number {
  if (x <= 0) return 0
  if (x >= 1) return 1
  // The fraction converges fast below the mean; above it, the mirrored one does.
  if (x > (a + 1) / (a + b + 2)) return 1 - incompleteBeta(1 - x, b, a)
  const logFront = logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log1p(-x)
  let numerator = 1
  let denominator = away(1 - ((a + b) * x) / (a + 1))
  let value = 1 / denominator
  denominator = value
  for (let m = 1; m < 10_000; m++) {
    for (const term of [(m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m)), (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1))]) {
      denominator = 1 / away(1 + term * denominator)
      numerator = away(1 + term / numerator)
      value *= denominator * numerator
    }
    if (Math.abs(denominator * numerator - 1) < 1e-15) break
  }
  return (Math.exp(logFront) * value) / a
}

function away(value: number): number {
  return Math.abs(value) < 1e-300 ? 1e-300 : value
}

/** Natural logarithm of the gamma function for positive numbers, by Lanczos' approximation (g = 7, 9 terms). */
function logGamma(value: number): number {
  if (value < 0.5) return Math.log(Math.PI / Math.sin(Math.PI * value)) - logGamma(1 - value)
  const shifted = value - 1
  const sum = LANCZOS.reduce((total, term, index) => total + (index === 0 ? term : term / (shifted + index)), 0)
  const base = shifted + 7.5
  return 0.5 * Math.log(2 * Math.PI) + (shifted + 0.5) * Math.log(base) - base + Math.log(sum)
}

const LANCZOS = [
  0.999_999_999_999_809_93, 676.520_368_121_885_1, -1_259.139_216_722_402_8, 771.323_428_777_653_13, -176.615_029_162_140_59, 12.507_343_278_686_905,
  -0.138_571_095_265_720_12, 9.984_369_578_019_571_6e-6, 1.505_632_735_149_311_6e-7,
]

/** The exact interval of a proportion (Clopper and Pearson 1934), `right` of `count` items, with confidence 1 − alpha. `right` need not be whole. */
export function proportionInterval(right: number, count: number, alpha = 0.05): Interval {
  const solve = (a: number, b: number, share: number) => bisect((x) => incompleteBeta(x, a, b) < share, 0, 1)
  return [right <= 0 ? 0 : solve(right, count - right + 1, alpha / 2), right >= count ? 1 : solve(right + 1, count - right, 1 - alpha / 2)]
}

/** The quantile 1 − alpha ÷ 2 of Student's t distribution with `degrees` of freedom, a positive number that need not be whole. */
export function studentQuantile(degrees: number, alpha = 0.05): number {
  const twoSided = (t: number) => incompleteBeta(degrees / (degrees + t * t), degrees / 2, 0.5)
  let high = 2
  while (twoSided(high) > alpha) high *= 2
  return bisect((t) => twoSided(t) > alpha, 0, high)
}

/** Where a test that holds at `low` and fails at `high` changes. */
function bisect(holds: (value: number) => boolean, low: number, high: number): number {
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2
    if (holds(middle)) low = middle
    else high = middle
  }
  return (low + high) / 2
}
