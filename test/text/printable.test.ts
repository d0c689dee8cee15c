/** What reaches a terminal. */
import { PassThrough } from 'node:stream'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { terminalOver } from '../../src/commands/terminal.ts'
import { printable } from '../../src/text/printable.ts'

test.each([
  ['\u001b[31mred', String.raw`\u001b[31mred`],
  ['\u001b]0;title\u0007', String.raw`\u001b]0;title\u0007`],
  ['\u009b2J', String.raw`\u009b2J`],
  ['a\rb', String.raw`a\u000db`],
  ['a\r\nb\tc', 'a\r\nb\tc'],
  ['naïve 🥚 ✅ −1', 'naïve 🥚 ✅ −1'],
])('%j is shown as %s', (text, shown) => expect(printable(text)).toBe(shown))

test('no control character is left, and JSON stays the same JSON', { tags: ['slow'] }, () => {
  fc.assert(
    fc.property(fc.jsonValue({ stringUnit: 'binary', maxDepth: 2 }), (value) => {
      const text = printable(JSON.stringify(value))
      // eslint-disable-next-line no-control-regex -- what must not be there
      expect(text).not.toMatch(/[\0-\x08\v-\x1f\x7f-\x9f]/u)
      expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)))
    }),
  )
})

test('both streams of a terminal are given printable lines', () => {
  const [out, err] = [new PassThrough(), new PassThrough()]
  const terminal = terminalOver(out as unknown as NodeJS.WriteStream, err as unknown as NodeJS.WriteStream, new AbortController().signal)
  terminal.out('a\u001b[2Jb')
  terminal.err('c\u0007d')
  expect(String(out.read())).toBe('a\\u001b[2Jb\n')
  expect(String(err.read())).toBe('c\\u0007d\n')
})
