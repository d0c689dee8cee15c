/** The byte alphabet of GPT-2's `bytes_to_unicode`, and byte tokens as in Llama's vocabulary. */
import { expect, test } from 'vitest'
import { byteCharacters, byteTokens } from '../../../src/model/tokenizer/bytes.ts'

test.each([
  ['abc~!', 'abc~!'],
  [' a\n\t', 'ĠaĊĉ'],
  ['é', 'Ã©'],
  ['\u00AD', 'ÂŃ'],
  ['\0\u007F', 'Āġ'],
  ['', ''],
])('%j is %s', (text, characters) => expect(byteCharacters(text)).toBe(characters))

test('a text without a token is the tokens of its bytes, if the vocabulary has all of them', () => {
  const ids = new Map([
    ['<0x0A>', 13],
    ['<0xC3>', 198],
    ['<0xA9>', 172],
  ])
  expect(byteTokens('é\n', (token) => ids.get(token))).toEqual([198, 172, 13])
  expect(byteTokens('a', (token) => ids.get(token))).toBeUndefined()
})
