import { expect, test } from 'vitest'
import { wrapped } from '../../src/text/wrapped.ts'

test('lines hold whole words, and parts of a word that is longer than a line', () => {
  expect(wrapped('one two three', 7)).toEqual(['one two', 'three'])
  expect(wrapped('a 12345678 b', 4)).toEqual(['a', '1234', '5678', 'b'])
  expect(wrapped('', 4)).toEqual([''])
})

test('a path or list that is longer than a line is broken after a slash or comma', () => {
  expect(wrapped('see /models/laco,quantize=nf4 now', 15)).toEqual(['see', '/models/laco,', 'quantize=nf4', 'now'])
  expect(wrapped('a/b/longer-than-a-line', 8)).toEqual(['a/b/', 'longer-t', 'han-a-li', 'ne'])
})
