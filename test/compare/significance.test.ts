/** The tests of significance against scipy and statsmodels; the golden file says which versions made it (scripts/make-statistics-goldens.py). */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { holm, mcnemarExact } from '../../src/compare/significance.ts'

const golden = JSON.parse(readFileSync(path.join(import.meta.dirname, 'statistics.golden.json'), 'utf8')) as {
  readonly mcnemar: readonly { readonly lost: number; readonly gained: number; readonly p: number }[]
  readonly holm: readonly { readonly p: readonly number[]; readonly adjusted: readonly number[] }[]
}

describe("McNemar's exact test", () => {
  test.each(golden.mcnemar)('of $lost lost and $gained gained is that of statsmodels', ({ lost, gained, p }) => {
    const found = mcnemarExact(lost, gained)
    expect(Math.abs(found - p)).toBeLessThanOrEqual(1e-9 * p + 1e-300)
  })

  test('does not care which way items flipped', () => {
    fc.assert(fc.property(fc.nat(500), fc.nat(500), (a, b) => mcnemarExact(a, b) === mcnemarExact(b, a)))
  })

  test('of fourteen thousand flips one way is as good as zero and a number', () => expect(mcnemarExact(14_042, 0)).toBe(0))
})

describe("Holm's correction", () => {
  test.each(golden.holm)('of $p is that of statsmodels', ({ p, adjusted }) => {
    holm(p).forEach((value, index) => expect(value).toBeCloseTo(adjusted[index]!, 14))
  })

  test('never makes a p-value smaller, and keeps their order', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 8 }), (values) => {
        const adjusted = holm(values)
        values.forEach((value, a) => {
          expect(adjusted[a]).toBeGreaterThanOrEqual(value)
          values.forEach((other, b) => {
            if (value < other) expect(adjusted[a]).toBeLessThanOrEqual(adjusted[b]!)
          })
        })
      }),
    )
  })
})
