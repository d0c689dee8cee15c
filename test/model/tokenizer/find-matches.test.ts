/** Matches of tokenizer.json's patterns: the same as those of tokenizers 0.23.3 (`normalizers.Replace(Regex('x*'), '-')`). */
import { expect, test } from 'vitest'
import { matcherOf } from '../../../src/model/tokenizer/find-matches.ts'

const spans = (text: string) => [...matcherOf({ Regex: 'x*' })(text)]

test('a pattern that matches nothing at all matches between characters', () => {
  expect(spans('a')).toEqual([
    [0, 0],
    [1, 1],
  ])
  expect(spans('xa')).toEqual([
    [0, 1],
    [2, 2],
  ])
})

test('an empty text has no match, even of a pattern that matches the empty text', () => {
  expect(spans('')).toEqual([])
})

test('a literal is found at any position, without overlaps', () => {
  expect([...matcherOf({ String: 'aa' })('aaaba')]).toEqual([[0, 2]])
})
