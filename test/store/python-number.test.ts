/** Expected values are those of `str` in CPython 3.11. */
import { expect, test } from 'vitest'
import { pythonFloat } from '../../src/store/python-number.ts'

test.each([
  [-110.77264404296875, '-110.77264404296875'],
  [-3, '-3.0'],
  [1e-7, '1e-07'],
  [-0.00001234, '-1.234e-05'],
  [0.0001, '0.0001'],
  [1e16, '1e+16'],
  [123456789012345680, '1.2345678901234568e+17'],
  [1e22, '1e+22'],
  [0, '0.0'],
  [-0, '-0.0'],
  [Infinity, 'inf'],
  [NaN, 'nan'],
])('%d is written %s', (value, expected) => expect(pythonFloat(value)).toBe(expected))
