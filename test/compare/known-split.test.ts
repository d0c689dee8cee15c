import { expect, test } from 'vitest'
import { knownSplit } from '../../src/compare/known-split.ts'

test.each([
  // Rows of the splits on the hub, and 2,033 of BoolQ's 3,270 are yes.
  ['piqa', { itemCount: 1838, uniform: 1 / 2, majority: null }],
  ['boolq', { itemCount: 3270, uniform: 1 / 2, majority: 2033 / 3270 }],
  ['hellaswag', { itemCount: 10_042, uniform: 1 / 4, majority: null }],
])('%s', (task, split) => expect(knownSplit(task)).toEqual(split))

test.each(['wikitext', 'unknown', 'constructor'])('%s has no known split with choices', (task) => expect(knownSplit(task)).toBeUndefined())
