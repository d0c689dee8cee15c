import { expect, test } from 'vitest'
import { shownValue } from '../../src/task/shown-value.ts'

test.each<[unknown, string]>([
  ['accnorm', '"accnorm"'],
  [[1, 2], '[1,2]'],
  [undefined, 'undefined'],
  [NaN, 'NaN'],
  [2n ** 60n, '1152921504606846976n'],
  [() => 1, 'a function'],
  [Promise.resolve(), 'a promise'],
  ['x'.repeat(70), `"${'x'.repeat(59)}…`],
])('%o is shown as %s', (value, text) => expect(shownValue(value)).toBe(text))

test('an object that holds itself is shown as such', () => {
  const self: unknown[] = []
  self.push(self)
  expect(shownValue(self)).toBe('an object that holds itself')
})
