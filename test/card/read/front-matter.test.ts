import { expect, test } from 'vitest'
import { CardError } from '../../../src/errors.ts'
import { readFrontMatter } from '../../../src/card/read/front-matter.ts'

test.each([
  ['---\nlicense: mit\n---\n# Mine', { license: 'mit' }, 'license: mit\n'],
  ['\uFEFF--- \r\nlicense: mit\r\n---\r\n', { license: 'mit' }, 'license: mit\r\n'],
  ['---\nlicense: mit\n---', { license: 'mit' }, 'license: mit\n'],
  ['---\ntext: "a --- b"\n---\n', { text: 'a --- b' }, 'text: "a --- b"\n'],
])('%j', (text, content, between) => {
  const found = readFrontMatter(text, 'README.md')!
  expect(found.content).toEqual(content)
  expect(text.slice(found.start, found.end)).toBe(between)
})

test.each(['', '# Mine\n---\n', ' ---\na: 1\n---\n', '----\na: 1\n---\n'])('%j has none', (text) => expect(readFrontMatter(text, 'README.md')).toBeNull())

test.each([
  ['---\nlicense: mit\n', 'README.md: the front matter that begins in line 1 does not end'],
  ['---\nlicense: [\n---\n', 'README.md: the front matter is not YAML: '],
])('%j is refused', (text, message) => {
  expect(() => readFrontMatter(text, 'README.md')).toThrow(CardError)
  expect(() => readFrontMatter(text, 'README.md')).toThrow(message)
})
