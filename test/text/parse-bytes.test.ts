import { expect, test } from 'vitest'
import { parseBytes } from '../../src/text/parse-bytes.ts'

test.each([
  ['3G', 3 * 1024 ** 3],
  ['800M', 800 * 1024 ** 2],
  ['1.5GiB', 1.5 * 1024 ** 3],
  ['2 tb', 2 * 1024 ** 4],
  ['0.3K', 307],
])('%s are %d bytes', (text, bytes) => expect(parseBytes('memory', text)).toBe(bytes))

test.each(['3', 'G', '-1G', '3X', '1e3G', ''])('%j is refused', (text) => {
  expect(() => parseBytes('memory', text)).toThrow(expect.objectContaining({ code: 'USAGE', message: `--memory ${text} is not an amount of memory` }))
})
