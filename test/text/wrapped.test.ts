import { expect, test } from 'vitest'
import { wrapped } from '../../src/text/wrapped.ts'

test('lines hold whole words, and parts of a word that is longer than a line', () => {
  expect(wrapped('one two three', 7)).toEqual(['one two', 'three'])
  expect(wrapped('a 12345678 b', 4)).toEqual(['a', '1234', '5678', 'b'])
  expect(wrapped('', 4)).toEqual([''])
})
