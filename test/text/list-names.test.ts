/** Names in a message. */
import { expect, test } from 'vitest'
import { listNames } from '../../src/text/list-names.ts'

test.each([
  [[], 2, ''],
  [['a', 'b'], 2, 'a, b'],
  [['a', 'b', 'c', 'd'], 2, 'a, b and 2 more'],
])('%j, at most %d: %j', (names, most, text) => expect(listNames(names, most)).toBe(text))
