import { expect, test } from 'vitest'
import { parseYaml } from '../../src/io/parse-yaml.ts'

test('a text is plain data', () => expect(parseYaml('a: [1, x]').content).toEqual({ a: [1, 'x'] }))

test.each([
  ['a key twice', 'a: 1\na: 2', 'unique'],
  ['lists in lists', '['.repeat(2000), 'nested too deeply'],
  ['a value that holds itself', '&a [*a]', 'hold themselves'],
  [
    'aliases of aliases',
    `a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: [*c,*c,*c,*c,*c,*c,*c,*c,*c]`,
    'Excessive alias count',
  ],
])('%s is refused', (_, text, message) => expect(() => parseYaml(text)).toThrow(message))
