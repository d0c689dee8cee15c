import { expect, test } from 'vitest'
import { corpusWindows, scoredWindows } from '../../src/plan/corpus-windows.ts'
import { encodeRequests, type Encoder } from '../../src/plan/encode.ts'

const ids = (...numbers: number[]) => Int32Array.from(numbers)

test('windows share no tokens, are summed exactly, their first tokens are not scored, and the last part is dropped', () => {
  expect(corpusWindows([1, 2, 3, 4, 5, 6, 7, 8], 3)).toEqual([
    { input: ids(1, 2), targets: ids(2, 3), sumsExactly: true },
    { input: ids(4, 5), targets: ids(5, 6), sumsExactly: true },
  ])
})

test('a text shorter than a window is refused', () => {
  expect(() => corpusWindows([1, 2], 3)).toThrow('the text has 2 tokens, fewer than one window of 3')
})

/** A tokenizer of characters that puts 1 before a text. */
const encoder: Encoder = {
  encode: (text, { specialTokens } = { specialTokens: true }) => [...(specialTokens ? [1] : []), ...Array.from(text, (character) => character.codePointAt(0)!)],
  prefixToken: 1,
  prefixText: '<s>',
  maxLength: 4,
  rollingBos: 'lm-eval',
}

test('the tokenizer adds its special tokens once, before the whole text', () => {
  const { sequences, parts, corpora } = encodeRequests([{ kind: 'corpus', text: 'abcdef', windowLength: 3 }], encoder)
  expect(sequences).toEqual([
    { input: ids(1, 97), targets: ids(97, 98), sumsExactly: true },
    { input: ids(99, 100), targets: ids(100, 101), sumsExactly: true },
  ])
  expect(parts).toEqual([[0, 1]])
  expect([...corpora]).toEqual([0])
})

test.each([
  ['the task’s', {}, 2, 2],
  ['the given one', { corpusWindow: 3 }, 2, 3],
  ['the model’s if that is shorter', {}, 2048, 4],
])('the length of a window is %s', (_, given, windowLength, expected) => {
  const { sequences } = encodeRequests([{ kind: 'corpus', text: 'abcdefghijkl', windowLength }], { ...encoder, ...given })
  expect(sequences[0]!.input.length + 1).toBe(expected)
})

test('windows without a score are left out, equal windows have the same score', () => {
  const sequences = corpusWindows([1, 2, 3, 4, 5, 6], 3)
  expect(scoredWindows([0, 1, 0], sequences, [{ sequence: 0, logProb: -5, isGreedy: false }, undefined])).toEqual([
    { index: 0, tokens: ids(1, 2, 3), logLikelihood: { logProb: -5, isGreedy: false, tokenCount: 2 } },
    { index: 2, tokens: ids(1, 2, 3), logLikelihood: { logProb: -5, isGreedy: false, tokenCount: 2 } },
  ])
})
