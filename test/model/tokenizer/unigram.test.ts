/** Unigram models choose between paths of nearly equal score as the Rust library does. */
import { expect, test } from 'vitest'
import { unigram } from '../../../src/model/tokenizer/unigram.ts'

const encode = (vocab: readonly (readonly [string, number])[], text: string) => {
  const ids: number[] = []
  unigram({ type: 'Unigram', unk_id: 0, byte_fallback: false, vocab })(text, ids)
  return ids
}

test('scores are rounded as serde_json reads them, which decides between paths of the same tokens', () => {
  // Ids of tokenizers 0.23.3. With the nearest doubles they are 2, 2, 2, 1.
  const vocab = [
    ['<unk>', -20],
    ['a', -1.287394635142861],
    ['aa', -1.9310919527142913],
  ] as const
  expect(encode(vocab, 'aaaaaaa')).toEqual([1, 2, 2, 2])
})

test('scores in exponent form are read', () => {
  const vocab = [
    ['<unk>', -20],
    ['a', -1e-7],
    ['aa', -2.5e-7],
  ] as const
  expect(encode(vocab, 'aa')).toEqual([1, 1])
})
