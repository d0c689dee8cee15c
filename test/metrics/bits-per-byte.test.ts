import { expect, test } from 'vitest'
import { bitsPerByte } from '../../src/metrics/bits-per-byte.ts'

const TEXTS = [
  { logProb: -6, weight: 4 },
  { logProb: -2, weight: 1 },
  { logProb: -2.5, weight: 3 },
]

test('the score is that of lm-eval 0.4.13', () => {
  expect(bitsPerByte.aggregate(TEXTS)).toBeCloseTo(1.8935372411667646, 14)
})

test('the standard error is that of all possible resamples', () => {
  // Python: the standard deviation of bits_per_byte over all 27 resamples; 11 % is five times the bootstrap's own error.
  expect(Math.abs(bitsPerByte.standardError(TEXTS, { seed: 0 }) / 0.3627478682912437 - 1)).toBeLessThan(0.11)
})

test('nats per byte are bits times ln 2', () => {
  expect(bitsPerByte.natsPerUnit(1, 3)).toBeCloseTo(2 * Math.LN2, 14)
})

test('cards print it in a table of its own', () => {
  expect(bitsPerByte.card).toEqual({ type: 'bits_per_byte', name: 'bits per byte', table: 'bits-per-byte', digits: 4 })
})
