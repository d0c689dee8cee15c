import { expect, test } from 'vitest'
import { RequestError } from '../../src/errors.ts'
import { sumScores, encodeRequests, type Encoder } from '../../src/plan/encode.ts'
import type { Request } from '../../src/task/request.ts'

/** A token a character; `^` is what the tokenizer puts first by default. */
const encoder: Encoder = {
  encode: (text, { specialTokens } = { specialTokens: true }) => Array.from(`${specialTokens ? '^' : ''}${text}`, (character) => character.codePointAt(0)!),
  prefixToken: '^'.codePointAt(0)!,
  prefixText: '^',
  maxLength: 10,
  rollingBos: 'lm-eval',
}
const ask = (context: string, continuation: string): Request => ({ kind: 'continuation', context, continuation })
const shown = (ids: Int32Array) => String.fromCodePoint(...ids)
const encode = (...requests: Request[]) => {
  const { sequences, ...rest } = encodeRequests(requests, encoder)
  return { ...rest, sequences: sequences.map(({ input, targets }) => [shown(input), shown(targets)]) }
}

test('the input ends before the last token of the continuation', () => {
  expect(encode(ask('ab', ' c'))).toEqual({ sequences: [['^ab ', ' c']], parts: [[0]], tokensCut: [0], tokensLeftOver: 0, corpora: new Set(), tokensAsked: 4 })
})

test('white space at the end of the context moves to the continuation', () => {
  expect(encode(ask('ab \n', 'c')).sequences).toEqual([['^ab \n', ' \nc']])
})

test('an empty context is the prefix token', () => {
  expect(encode(ask('', ' c')).sequences).toEqual([['^ ', ' c']])
})

test('lm-eval’s add_bos_token: on, each text begins with one bos; off, none does', () => {
  const inputs = (addBosToken: boolean) => {
    const bos = { bosToken: '^'.codePointAt(0)!, addBosToken }
    const asked = [ask('ab', ' c'), ask('^ab', ' c'), { kind: 'rolling', text: 'xyz' } as const]
    return encodeRequests(asked, { ...encoder, ...bos }).sequences.map(({ input }) => shown(input))
  }
  // With bos the first two are one sequence. The prefix token precedes a whole text in any case.
  expect(inputs(true)).toEqual(['^ab ', '^^xy'])
  expect(inputs(false)).toEqual(['ab ', '^ab ', '^xy'])
})

test('a window is cut from the left, one token of context before the last of the continuation', () => {
  expect(encode(ask('0123456789', ' xy')).sequences).toEqual([['23456789 x', ' xy']])
})

test('tokens that the window has no room for are counted, and none of a text', () => {
  expect(
    encode(ask('0123456789', ' xy'), ask('01234567', ' x'), ask('012345678', ' x'), { kind: 'rolling', text: 'longer than the window' }).tokensCut,
  ).toEqual([3, 0, 1, 0])
})

test('a continuation as long as the window is scored after one token of context', () => {
  const { sequences, tokensCut } = encode(ask('abc', ' 012345678'))
  expect({ sequences, tokensCut }).toEqual({ sequences: [['c 01234567', ' 012345678']], tokensCut: [3] })
})

/** `: no` is one token, as in tokenizers that do not split at spaces. */
const spanning: Encoder = {
  ...encoder,
  encode: (text, options) => {
    const ids = encoder.encode(text, options)
    const place = text.indexOf(': no')
    return place < 0 ? ids : ids.toSpliced(ids.indexOf(':'.codePointAt(0)!), 4, 1000)
  },
}

test('if a token spans prompt and choice, the model reads the prompt’s own tokens', () => {
  const { sequences } = encodeRequests([ask('A:', ' not it')], spanning)
  expect(sequences.map(({ input, targets }) => [shown(input), shown(targets)])).toEqual([['^A:t i', 't it']])
})

test('if nothing is left of a choice, the error has the tokens of both texts', () => {
  expect(() => encodeRequests([ask('A:', ' no')], spanning)).toThrow(
    'nothing is left of the continuation " no": its context has the tokens [94, 65, 58] (3), and context and continuation together [94, 65, 1000] (3)',
  )
})

test('a context of white space alone is refused unless the tokenizer puts a token there', () => {
  const plain: Encoder = { ...encoder, encode: (text) => encoder.encode(text, { specialTokens: false }) }
  expect(() => encodeRequests([ask(' \n', 'x')], plain)).toThrow('the context " \\n" has no tokens')
  expect(encode(ask(' \n', 'x')).sequences).toEqual([['^ \n', ' \nx']])
})

test('identical requests are asked once and counted as asked', () => {
  expect(encode(ask('a', ' b'), ask('a', ' c'), ask('a', ' b'))).toMatchObject({ parts: [[0], [1], [0]], tokensAsked: 9 })
})

test('a continuation longer than the window is refused with its text', () => {
  expect(() => encode(ask('a', ' 01234567890'))).toThrow(RequestError)
  expect(() => encode(ask('a', ' 01234567890'))).toThrow('the continuation " 01234567890" has 12 tokens, the window 10')
})

test('a text is scored in windows, and an empty one (without special tokens) in none', () => {
  const { sequences, parts } = encode({ kind: 'rolling', text: 'abcdefghijklm' })
  expect(sequences).toEqual([
    ['^^abcdefgh', '^abcdefghi'],
    ['defghijkl'.padStart(10, 'c'), 'jklm'],
  ])
  expect(parts).toEqual([[0, 1]])
})

test('parts add up, and a request without all its parts has no log-likelihood', () => {
  const { sequences } = encodeRequests([{ kind: 'rolling', text: 'abcdefghijklm' }], encoder)
  const scores = [
    { sequence: 0, logProb: -2, isGreedy: true },
    { sequence: 1, logProb: -3, isGreedy: false },
  ]
  expect(sumScores([0, 1], sequences, scores)).toEqual({ logProb: -5, isGreedy: false, tokenCount: 14 })
  expect(sumScores([0, 1], sequences, [scores[0]])).toBeUndefined()
})
