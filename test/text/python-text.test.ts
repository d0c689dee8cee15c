/** Expected values are those of CPython 3.11. */
import { expect, test } from 'vitest'
import { capitalize, codePointCount, strip } from '../../src/text/python-text.ts'

test.each([
  ['hELLO wORLD', 'Hello world'],
  ['ßa', 'Ssa'],
  ['ǆ', 'ǅ'],
  ['', ''],
  ['👍X', '👍x'],
  ['éA', 'Éa'],
])('capitalize(%j) is %j', (text, expected) => expect(capitalize(text)).toBe(expected))

test('strip takes U+001C and U+0085 and leaves U+FEFF', () => {
  expect(strip('\u001c\u0085 a\u00a0\n')).toBe('a')
  expect(strip('\ufeffa')).toBe('\ufeffa')
})

test('an emoji is one code point', () => expect(codePointCount('a👍')).toBe(2))
