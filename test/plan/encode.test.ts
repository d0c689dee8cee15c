import { expect, test } from 'vitest'
import { RequestError } from '../../src/errors.ts'
import { assembleAnswer, encodeRequests, type Encoder } from '../../src/plan/encode.ts'
import type { Request } from '../../src/task/request.ts'

/** A token a character; `^` is what the tokenizer puts first by default. */
const encoder: Encoder = {
  encode: (text, { specialTokens } = { specialTokens: true }) => Array.from(`${specialTokens ? '^' : ''}${text}`, (character) => character.codePointAt(0)!),
  prefixToken: '^'.codePointAt(0)!,
  maxLength: 10,
}
const ask = (context: string, continuation: string): Request => ({ kind: 'continuation', context, continuation })
const shown = (ids: Int32Array) => String.fromCodePoint(...ids)
const encode = (...requests: Request[]) => {
  const { sequences, ...rest } = encodeRequests(requests, encoder)
  return { ...rest, sequences: sequences.map(({ input, targets }) => [shown(input), shown(targets)]) }
}

test('the input ends before the last token of the continuation', () => {
  expect(encode(ask('ab', ' c'))).toEqual({ sequences: [['^ab ', ' c']], parts: [[0]], tokensAsked: 4 })
})

test('white space at the end of the context moves to the continuation', () => {
  expect(encode(ask('ab \n', 'c')).sequences).toEqual([['^ab \n', ' \nc']])
})

test('an empty context is the prefix token', () => {
  expect(encode(ask('', ' c')).sequences).toEqual([['^ ', ' c']])
})

test('a window is cut from the left, one token of context before the last of the continuation', () => {
  expect(encode(ask('0123456789', ' xy')).sequences).toEqual([['23456789 x', ' xy']])
})

test('identical requests are asked once and counted as asked', () => {
  expect(encode(ask('a', ' b'), ask('a', ' c'), ask('a', ' b'))).toMatchObject({ parts: [[0], [1], [0]], tokensAsked: 9 })
})

test('a continuation longer than the window is refused with its text', () => {
  expect(() => encode(ask('a', ' 01234567890'))).toThrow(RequestError)
  expect(() => encode(ask('a', ' 01234567890'))).toThrow('the continuation " 01234567890" has 12 tokens, the window 10')
})

test('a text is scored in windows, and an empty one (without special tokens) in none', () => {
  const { sequences, parts } = encode({ kind: 'text', text: 'abcdefghijklm' })
  expect(sequences).toEqual([
    ['^^abcdefgh', '^abcdefghi'],
    ['defghijkl'.padStart(10, 'c'), 'jklm'],
  ])
  expect(parts).toEqual([[0, 1]])
})

test('parts add up, and an answer without all its parts is none', () => {
  const { sequences } = encodeRequests([{ kind: 'text', text: 'abcdefghijklm' }], encoder)
  const scores = [
    { sequence: 0, logProb: -2, isGreedy: true },
    { sequence: 1, logProb: -3, isGreedy: false },
  ]
  expect(assembleAnswer([0, 1], sequences, scores)).toEqual({ logProb: -5, isGreedy: false, tokenCount: 14 })
  expect(assembleAnswer([0, 1], sequences, [scores[0]])).toBeUndefined()
})
