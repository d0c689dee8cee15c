import { expect, test } from 'vitest'
import { byteSize, mebibytes } from '../../src/text/byte-size.ts'

test.each([
  [0, '0.0 KiB'],
  [512, '0.5 KiB'],
  [2 ** 20 - 1, '1,024.0 KiB'],
  [2 ** 20, '1.0 MiB'],
  [1.5 * 2 ** 30, '1.5 GiB'],
  [4096 * 2 ** 30, '4,096.0 GiB'],
])('%d bytes are %s', (bytes, text) => {
  expect(byteSize(bytes)).toBe(text)
})

test('whole mebibytes are rounded up', () => {
  expect(mebibytes(1)).toBe('1 MiB')
  expect(mebibytes(1165 * 2 ** 20)).toBe('1,165 MiB')
})
