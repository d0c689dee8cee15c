/** Bytes to numbers and back. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decodeValues, encodeValues, roundToBfloat16 } from '../../../src/model/weights/element-type.ts'

const patterns = Uint16Array.from({ length: 0x10000 }, (_, bits) => bits)

test.each([
  ['BF16', 0x7f80, 0x007f],
  ['F16', 0x7c00, 0x03ff],
] as const)('every %s that is a number survives', (dtype, exponent, mantissa) => {
  const numbers = patterns.filter((bits) => (bits & exponent) !== exponent || (bits & mantissa) === 0)
  const bytes = new Uint8Array(numbers.buffer)
  expect(Buffer.compare(encodeValues(decodeValues(bytes, dtype), dtype), bytes)).toBe(0)
})

test('bytes may begin at an odd offset', () => {
  const bytes = new Uint8Array([99, 0x80, 0x3f, 0x00, 0xc0])
  expect([...decodeValues(bytes.subarray(1), 'BF16')]).toEqual([1, -2])
})

test('F64 is rounded to the nearest f32, from any offset', () => {
  const bytes = new Uint8Array(1 + 16)
  bytes.set(encodeValues(Float64Array.of(1 + 2 ** -30, -0.1), 'F64'), 1)
  expect([...decodeValues(bytes.subarray(1), 'F64')]).toEqual([1, Math.fround(-0.1)])
})

describe('bfloat16 keeps 8 bits and rounds once', () => {
  test.each([
    ['to the nearest', 1 + 3 / 512, 1 + 1 / 128],
    ['between two to the even one below', 1 + 1 / 256, 1],
    ['between two to the even one above', 1 + 3 / 256, 1 + 2 / 128],
    ['a little above the middle up, though an f32 would call it the middle', 1 + 1 / 256 + 2 ** -40, 1 + 1 / 128],
    ['a little below the middle down, though an f32 would call it the middle', 1 + 3 / 256 - 2 ** -40, 1 + 1 / 128],
    ['negative numbers alike', -(1 + 3 / 512), -(1 + 1 / 128)],
    ['what is too large is infinite', 3.4e38, Infinity],
  ])('%s', (_, value, expected) => expect(roundToBfloat16(value)).toBe(expected))
})

test('rounding is to a neighbor no farther than half a step', () => {
  fc.assert(
    fc.property(fc.double({ min: -1e30, max: 1e30, noNaN: true }), (value) => {
      const rounded = roundToBfloat16(value)
      if (Math.abs(value) > 1e-30) expect(Math.abs(rounded - value)).toBeLessThanOrEqual(Math.abs(value) / 256)
      expect(roundToBfloat16(rounded)).toBe(rounded)
    }),
  )
})

test('NaN stays NaN', () => expect(decodeValues(encodeValues(Float64Array.of(NaN), 'BF16'), 'BF16')[0]).toBeNaN())
