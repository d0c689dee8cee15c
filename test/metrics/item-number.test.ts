import { expect, test } from 'vitest'
import { isFiniteNumber, numberFromStored } from '../../src/metrics/item-number.ts'

test.each([
  [0.5, 0.5],
  [true, 1],
  [false, 0],
  [NaN, 'is not a number'],
  ['1', 'is not a number'],
  [null, 'is not a number'],
])('a stored %j is %s', (stored, value) => expect(numberFromStored(stored)).toBe(value))

test('infinity cannot be calculated with', () => expect(isFiniteNumber(Infinity)).toBe(false))
