/** What is encoded with shared beginnings is what is encoded plainly, whatever came before. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { encodeSharingBeginnings } from '../../../src/model/tokenizer/shared-prefixes.ts'
import { AddedTokens } from '../../../src/model/tokenizer/added-tokens.ts'
import { makePipeline, type Pipeline } from '../../../src/model/tokenizer/pipeline.ts'
import { TOKENIZER_SCHEMA, type TokenizerContent } from '../../../src/model/tokenizer/schema.ts'

const BYTE_LEVEL = { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true }
const split = (digits: string) => ({
  type: 'Split',
  pattern: {
    Regex: String.raw`(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}${digits}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`,
  },
  behavior: 'Isolated',
  invert: false,
})
const sequence = (...pretokenizers: readonly object[]) => ({ type: 'Sequence', pretokenizers })

const KINDS = {
  'GPT-2': { pre_tokenizer: { ...BYTE_LEVEL, use_regex: true }, normalizer: null },
  SmolLM2: { pre_tokenizer: sequence({ type: 'Digits', individual_digits: true }, { ...BYTE_LEVEL, use_regex: true }), normalizer: null },
  'Qwen 3': { pre_tokenizer: sequence(split(''), { ...BYTE_LEVEL, use_regex: false }), normalizer: { type: 'NFC' } },
  'Llama 3': { pre_tokenizer: sequence(split('{1,3}'), { ...BYTE_LEVEL, use_regex: false }), normalizer: null },
}

/** Bytes as the byte-level alphabet writes them, those that the texts below are made of first. */
const ALPHABET = [..."abreslt'1.Ġ".split(''), 'Ċ', 'č', 'ĉ']
const OTHERS = Array.from({ length: 256 }, (_, byte) => byteCharacter(byte)).filter((character) => !ALPHABET.includes(character))

/** A tokenizer that merges any two or three neighbors, so that every cut shows in its tokens. */
function tokenizerOf(kind: keyof typeof KINDS): { readonly pipeline: Pipeline; readonly content: TokenizerContent } {
  const pairs = ALPHABET.flatMap((one) => ALPHABET.map((other) => [one, other] as const))
  const triples = pairs.flatMap(([one, other]) => ALPHABET.map((third) => [one + other, third] as const))
  const merges = [...pairs, ...triples]
  const words = ['<end>', ...ALPHABET, ...OTHERS, ...merges.map((pair) => pair.join(''))]
  const content = TOKENIZER_SCHEMA.parse({
    version: '1.0',
    added_tokens: [{ id: 0, content: '<end>', special: true, single_word: false, lstrip: false, rstrip: false, normalized: false }],
    post_processor: null,
    decoder: { type: 'ByteLevel' },
    model: {
      type: 'BPE',
      unk_token: null,
      fuse_unk: false,
      byte_fallback: false,
      vocab: Object.fromEntries(words.map((word, id) => [word, id])),
      merges: merges.map((pair) => pair.join(' ')),
    },
    ...KINDS[kind],
  })
  const added = new AddedTokens(content.model)
  for (const token of content.added_tokens) added.add(token)
  return { pipeline: makePipeline(content, added, false), content }
}

function byteCharacter(byte: number): string {
  const isPrintable = (byte > 32 && byte < 127) || (byte > 160 && byte !== 173)
  if (isPrintable) return String.fromCharCode(byte)
  const before = Array.from({ length: byte }, (_, other) => other).filter((other) => !((other > 32 && other < 127) || (other > 160 && other !== 173)))
  return String.fromCharCode(256 + before.length)
}

const character = fc.constantFrom(..."abreslt'1. \n\r\t".split(''), ' ', '\n', 'é', '́', '👍', '中', '\u00a0', '<end>', 'e')
const text = fc.array(character, { maxLength: 14 }).map((characters) => characters.join(''))

describe.each(Object.keys(KINDS) as (keyof typeof KINDS)[])('%s', (kind) => {
  const { pipeline, content } = tokenizerOf(kind)
  const plain = (value: string) => pipeline.encode(value)

  test('texts in a row have the same tokens as each text alone, with or without a common prefix', { tags: ['slow'] }, () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(text, fc.array(text, { minLength: 1, maxLength: 4 })), { minLength: 1, maxLength: 3 }), (groups) => {
        const encode = encodeSharingBeginnings(pipeline, content)!
        for (const [beginning, ends] of groups) for (const end of ends) expect(encode(beginning + end)).toEqual(plain(beginning + end))
      }),
      { numRuns: 500, seed: 7 },
    )
  })

  test.each([
    ['a \n ', '\nb'],
    ["it'r", 'est'],
    ["it'", 's'],
    ['11', '11'],
    ['a.', '\n\n'],
    ['e', '\u0301'],
    ['b<en', 'd>'],
    ['a  ', 'b'],
  ])('what follows may change the pieces before it: %j, %j', (beginning, end) => {
    const encode = encodeSharingBeginnings(pipeline, content)!
    for (const value of [beginning, beginning + end, beginning]) expect(encode(value)).toEqual(plain(value))
  })
})

test('other pre-tokenizers and normalizers are not promised anything', () => {
  const { pipeline, content } = tokenizerOf('GPT-2')
  for (const other of [
    { pre_tokenizer: { type: 'Metaspace' } },
    { pre_tokenizer: { ...BYTE_LEVEL, add_prefix_space: true } },
    { pre_tokenizer: { ...BYTE_LEVEL, use_regex: false } },
    { pre_tokenizer: null },
    { normalizer: { type: 'Lowercase' } },
  ])
    expect(encodeSharingBeginnings(pipeline, { ...content, ...other })).toBeUndefined()
})
