import { expect, test } from 'vitest'
import { CardError } from '../../../src/errors.ts'
import { readFrontMatter } from '../../../src/card/read/front-matter.ts'
import { putKeys } from '../../../src/card/write/front-matter-keys.ts'

const put = (text: string, ...keys: readonly (readonly [key: string, yaml: string])[]) =>
  putKeys(
    text,
    readFrontMatter(text, 'README.md'),
    keys.map(([key, yaml]) => ({ key, yaml })),
  )

test.each([
  ['a key that is new', '---\nlicense: mit\n---\n# Mine', '---\nlicense: mit\ntags: [x]\n---\n# Mine'],
  ['a key in its place', '---\ntags: # old\n- a\n- b\n\n# a comment\nlicense: mit\n---\n', '---\ntags: [x]\n\n# a comment\nlicense: mit\n---\n'],
  ['a card without front matter', '# Mine\n', '---\ntags: [x]\n---\n\n# Mine\n'],
  ['line ends of Windows', '---\r\nlicense: mit\r\n---\r\n', '---\r\nlicense: mit\r\ntags: [x]\r\n---\r\n'],
  ['a byte order mark', '\uFEFF# Mine', '\uFEFF---\ntags: [x]\n---\n\n# Mine'],
])('%s', (_, before, after) => expect(put(before, ['tags', 'tags: [x]\n'])).toBe(after))

test('several keys, each in the place of its own', () => {
  expect(put('---\na: 1\nb: 2\nc: 3\n---\n', ['c', 'c: 30\n'], ['a', 'a: 10\n'], ['d', 'd: 4\n'])).toBe('---\na: 10\nb: 2\nc: 30\nd: 4\n---\n')
})

test.each([
  ['an anchor that another key uses', '---\ntags: &all [a]\nother: *all\n---\n', 'other keys of the front matter use its anchors'],
  ['a list', '---\n- a\n---\n', 'the front matter is not a list of keys'],
  ['keys on one line', '---\n{tags: [a], license: mit}\n---\n', 'the front matter is not a list of keys'],
])('%s is refused', (_, text, message) => {
  expect(() => put(text, ['tags', 'tags: [x]\n'])).toThrow(CardError)
  expect(() => put(text, ['tags', 'tags: [x]\n'])).toThrow(message)
})
