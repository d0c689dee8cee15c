import { expect, test } from 'vitest'
import { formatPlain, formatShare } from '../../src/metrics/format.ts'

test('a share is a percentage with two digits', () => {
  expect(formatShare(0.64, 0.034)).toBe('64.00 % ± 3.40')
  expect(formatShare(1, NaN)).toBe('100.00 %')
})

test('other numbers have four digits, their standard error two significant ones', () => {
  expect(formatPlain(31.08559, 1.23)).toBe('31.0856 ± 1.2')
  expect(formatPlain(0.5, NaN)).toBe('0.5000')
})
