/** Quantiles against scipy (statistics.golden.json, scripts/make-statistics-goldens.py). */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { incompleteBeta, proportionInterval, studentQuantile } from '../../src/compare/beta.ts'

const golden = JSON.parse(readFileSync(path.join(import.meta.dirname, 'statistics.golden.json'), 'utf8')) as {
  readonly proportions: readonly { readonly right: number; readonly count: number; readonly interval: readonly [number, number] }[]
  readonly student: readonly { readonly degrees: number; readonly quantile: number }[]
  readonly beta: readonly { readonly x: number; readonly a: number; readonly b: number; readonly value: number }[]
}

test.each(golden.beta)('the incomplete beta function at $x of ($a, $b)', ({ x, a, b, value }) =>
  expect(Math.abs(incompleteBeta(x, a, b) / value - 1)).toBeLessThan(1e-9),
)

test.each(golden.proportions)('the exact interval of $right of $count', ({ right, count, interval }) =>
  proportionInterval(right, count).forEach((bound, index) => expect(bound).toBeCloseTo(interval[index]!, 9)),
)

describe("Student's t", () => {
  test.each(golden.student)('with $degrees degrees of freedom', ({ degrees, quantile }) =>
    expect(Math.abs(studentQuantile(degrees) / quantile - 1)).toBeLessThan(1e-9),
  )
})
