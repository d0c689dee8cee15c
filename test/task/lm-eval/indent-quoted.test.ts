import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { indentQuoted } from '../../../src/task/lm-eval/indent-quoted.ts'

const read = (text: string) => parse(indentQuoted(text), { version: '1.1' }) as unknown

// Expected: PyYAML 6.0.4, yaml.safe_load.
test.each([
  ['a: "x\ny"\nb: 1\n', { a: 'x y', b: 1 }],
  ["a: 'it''s\nso'\nb: 'c\n\n\nd'\n", { a: "it's so", b: 'c\n\nd' }],
  ['a:\n  - "x\\\ny \\"z\\"\nw"\n  - b: "{\n\\"k\\": 1\n}"\n', { a: ['xy "z" w', { b: '{ "k": 1 }' }] }],
  ['a: |\n  "x\n  y\nb: it\'s\n# "c\nd: "e\nf"\n', { a: '"x\ny\n', b: "it's", d: 'e f' }],
  ['a: {b: "x\ny", c: [\'d\n e\']}\n', { a: { b: 'x y', c: ['d e'] } }],
])('%j is read as PyYAML reads it', (text, expected) => expect(read(text)).toEqual(expected))

test.each(['a: "x\n  y"\n', 'a: b\n', '', 'a: "x\ny\n', "a: '", `${' '.repeat(9000)}"${'\n'.repeat(9000)}"`])('case %# stays as it is', (text) => {
  expect(indentQuoted(text)).toBe(text)
})
