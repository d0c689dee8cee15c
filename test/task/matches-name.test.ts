import fc from 'fast-check'
import { expect, test } from 'vitest'
import { matchesName } from '../../src/task/matches-name.ts'

test.each([
  ['mmlu_law', 'mmlu_*', true],
  ['mmlu', 'mmlu_*', false],
  ['mmlu_law', '*law', true],
  ['mmlu_law', 'mmlu?law', true],
  ['mmlu_law', 'mmlu_la?', true],
  ['mmlu_law', 'mmlu_law?', false],
  ['', '*', true],
  ['', '?', false],
  ['a.b', 'a?b', true],
  ['axb', 'a.b', false],
])('%s by %s: %s', (name, pattern, expected) => expect(matchesName(name, pattern)).toBe(expected))

test('a pattern means what it means as a regular expression', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom('a', 'b', '_') }), fc.string({ unit: fc.constantFrom('a', 'b', '_', '*', '?') }), (name, pattern) => {
      const expression = new RegExp(`^${pattern.replaceAll('*', '.*').replaceAll('?', '.')}$`, 'u')
      expect(matchesName(name, pattern)).toBe(expression.test(name))
    }),
  )
})
