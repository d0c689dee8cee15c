/** JSON and YAML that are valid and hostile. */
import { expect, test } from 'vitest'
import { parseJson } from '../../src/io/parse-json.ts'
import { parseYaml } from '../../src/io/parse-yaml.ts'
import { lookUp } from '../../src/io/look-up.ts'

const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth)

test('values may be nested 500 deep and no deeper', () => {
  expect(parseJson(nested(500))).toHaveLength(1)
  expect(() => parseJson(nested(502))).toThrow('nested deeper than 500')
  expect(() => parseJson(nested(1_000_000))).toThrow(SyntaxError)
  expect(() => parseJson('{"a":'.repeat(100_000) + '1' + '}'.repeat(100_000))).toThrow(SyntaxError)
})

test.each([
  [
    'aliases that multiply',
    `a0: &a0 [x, x]\n${Array.from({ length: 9 }, (_, level) => `a${level + 1}: &a${level + 1} [${Array(9).fill(`*a${level}`).join(', ')}]`).join('\n')}`,
    /alias/iu,
  ],
  ['a value that holds itself', 'a: &a\n  b: *a\n', /hold themselves/u],
  ['lists in lists', `${'- '.repeat(20_000)}a`, /nested too deeply/u],
  ['flows in flows', 'a: '.concat('['.repeat(20_000)), /./u],
  ['keys in keys', `${'? '.repeat(2000)}a`, /nested too deeply/u],
  ['a key twice', 'a: 1\na: 2', /unique/u],
])('YAML of %s is an error that says so', (_, text, message) => expect(() => parseYaml(text)).toThrow(message))

test('YAML makes plain data: no code, no prototypes', () => {
  const { content } = parseYaml('__proto__: { polluted: true }\nf: !!js/function "function () {}"\n')
  expect(({} as { polluted?: unknown }).polluted).toBeUndefined()
  expect((content as { f: unknown }).f).toBe('function () {}')
})

test('a table has only what was put into it', () => {
  expect(lookUp({ piqa: 1 }, 'piqa')).toBe(1)
  for (const name of ['constructor', 'toString', '__proto__', 'hasOwnProperty', 'boolq']) expect(lookUp({ piqa: 1 }, name)).toBeUndefined()
})
