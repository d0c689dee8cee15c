import { expect, test } from 'vitest'
import { didYouMean, nearestName } from '../../src/text/nearest-name.ts'

test.each([
  ['acc_nrom', 'acc_norm'],
  ['PIQA', 'piqa'],
  ['count', 'defaultCount'],
  ['hellaswga', 'hellaswag'],
  ['xyzzyxyzzy', undefined],
  ['def', undefined],
])('%s is meant to be %s', (name, expected) => {
  expect(nearestName(name, ['acc_norm', 'piqa', 'hellaswag', 'defaultCount'])).toBe(expected)
})

test('a hint begins with the name, or has nothing to say', () => {
  expect(didYouMean('acc_nrom', ['acc_norm'])).toBe('Did you mean acc_norm? ')
  expect(didYouMean('acc', [])).toBe('')
})
