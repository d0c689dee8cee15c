import { expect, test } from 'vitest'
import { lookUp } from '../../src/io/look-up.ts'

test('only the table’s own entries are found', () => {
  expect(lookUp({ a: 1 }, 'a')).toBe(1)
  expect(['constructor', '__proto__', 'toString'].map((name) => lookUp({ a: 1 }, name))).toEqual([undefined, undefined, undefined])
  expect(lookUp(undefined, 'a')).toBeUndefined()
})
