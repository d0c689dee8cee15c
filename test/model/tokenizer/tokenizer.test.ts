/** Tokenizers from untrusted input: which rules are supported, and limits on time and ids. */
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { readTokenizer } from '../../../src/model/tokenizer/tokenizer.ts'
import { CheckpointError } from '../../../src/errors.ts'
import { tinyModel } from '../../tiny-model.ts'

const SPECIAL = { bosTokenId: 1, eosTokenId: 2, vocabularySize: 128 }

/** The tokenizer of ASCII characters, with other parts. */
function tokenizerWith(changes: (content: Record<string, unknown>) => object): string {
  const folder = tinyModel()
  const file = path.join(folder, 'tokenizer.json')
  const content = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>
  writeFileSync(file, JSON.stringify({ ...content, ...changes(content) }))
  return folder
}

const split = (pattern: string) => () => ({
  pre_tokenizer: {
    type: 'Sequence',
    pretokenizers: [
      { type: 'Split', pattern: { Regex: pattern }, behavior: 'Isolated', invert: false },
      { type: 'ByteLevel', add_prefix_space: false, trim_offsets: false, use_regex: false },
    ],
  },
})

test('a pattern of its own that is honest is followed', async () => {
  const own = await readTokenizer(tokenizerWith(split(String.raw`\p{L}+|\p{N}+|[^\p{L}\p{N}]+`)), SPECIAL)
  const plain = await readTokenizer(tinyModel(), SPECIAL)
  expect(own.encode('open a jar 7')).toEqual(plain.encode('open a jar 7'))
})

test('a pattern that would take for ever is ended', { tags: ['slow'] }, async () => {
  const tokenizer = await readTokenizer(tokenizerWith(split(String.raw`(\s*\w+)+$`)), SPECIAL)
  expect(() => tokenizer.encode(`${'word '.repeat(100)}!`)).toThrow(CheckpointError)
  expect(tokenizer.encode('a')).toHaveLength(1)
})

test.each([
  ['steps that are nothing', () => ({ pre_tokenizer: { type: 'Sequence', pretokenizers: [null, 7, { type: 'ByteLevel', add_prefix_space: false }] } })],
  ['a vocabulary of nothing', ({ model }: Record<string, unknown>) => ({ model: { ...(model as object), vocab: null } })],
])('%s is a CheckpointError', async (_, changes) => {
  await expect(readTokenizer(tokenizerWith(changes), SPECIAL).then((tokenizer) => tokenizer.encode('open a jar'))).rejects.toThrow(CheckpointError)
})

const called =
  (id: unknown) =>
  ({ model }: Record<string, unknown>) => {
    const { vocab, ...rest } = model as { vocab: Record<string, unknown> }
    return { model: { ...rest, vocab: { ...vocab, o: id } } }
  }

test('a token beyond the embedding matrix is refused if a text has it', async () => {
  const tokenizer = await readTokenizer(tokenizerWith(called(1e9)), SPECIAL)
  expect(tokenizer.encode('a jar')).not.toContain(1e9)
  expect(() => tokenizer.encode('open')).toThrow(CheckpointError)
})

test.each([-1, 0.5, '7'])('a token that is called %j is refused at once', async (id) => {
  await expect(readTokenizer(tokenizerWith(called(id)), SPECIAL)).rejects.toThrow('model.vocab.o ')
})

test('tokens and prefix tokens beyond the rows of the embedding matrix are refused', async () => {
  const folder = tinyModel()
  const tokenizer = await readTokenizer(folder, { ...SPECIAL, vocabularySize: 40 })
  expect(() => tokenizer.encode('~')).toThrow(/and the model has 40/u)
  await expect(readTokenizer(folder, { bosTokenId: 1, eosTokenId: 2, vocabularySize: 1 })).rejects.toThrow('which has no embedding')
})

test.each([
  [{ pre_tokenizer: { type: 'UnicodeScripts' } }, 'pre_tokenizer.type "UnicodeScripts"'],
  [{ pre_tokenizer: { type: 'Whitespace', keep: true } }, 'pre_tokenizer.keep true is not a known field'],
  [
    { pre_tokenizer: { type: 'Sequence', pretokenizers: [{ type: 'Digits', individual_digits: 'yes' }] } },
    'pre_tokenizer.pretokenizers[0].individual_digits "yes"',
  ],
  [{ normalizer: { type: 'Transliterate' } }, 'normalizer.type "Transliterate"'],
  [{ post_processor: { type: 'Alternate' } }, 'post_processor.type "Alternate"'],
  [{ truncate: 8 }, 'truncate 8 is not a known field'],
  [{ version: '2.0' }, 'version "2.0"'],
  [{ model: { type: 'Hash', vocab: {} } }, 'model.type "Hash"'],
  [{ model: { type: 'BPE', dropout: 0.1, vocab: { a: 0 }, merges: [] } }, 'model.dropout 0.1'],
  [{ model: { type: 'BPE', vocab: { a: 0 }, merges: ['a b'] } }, 'model.merges[0] ["a","b"]'],
  [split(String.raw`(a)\1`)(), String.raw`the escape "\\1"`],
  [split('[[:alpha:]]')(), 'a POSIX class in "[[:alpha:]]"'],
  [
    { normalizer: { type: 'Strip', strip_left: true, strip_right: true }, pre_tokenizer: { type: 'Metaspace', replacement: '▁', prepend_scheme: 'first' } },
    'prepend_scheme "first" of Metaspace after the normalizer Strip',
  ],
])('%j is refused by its path and value', async (changes, message) => {
  await expect(
    readTokenizer(
      tokenizerWith(() => changes),
      SPECIAL,
    ),
  ).rejects.toThrow(message)
})

const added = (content: string, id: number) => ({ id, content, single_word: false, lstrip: false, rstrip: true, normalized: false, special: false })

test('white space that an added token takes may be another token too (tokenizers 0.23.3)', async () => {
  const tokens = { added_tokens: [added('an', 99), added('\t', 100)] }
  const tokenizer = await readTokenizer(
    tokenizerWith(() => tokens),
    SPECIAL,
  )
  expect(tokenizer.encode('an\t\to\t')).toEqual([99, 100, 100, 83, 100])
})

test('a text that is nothing after normalization has no tokens (tokenizers 0.23.3)', async () => {
  const words = {
    normalizer: { type: 'Strip', strip_left: true, strip_right: true },
    pre_tokenizer: null,
    model: { type: 'WordLevel', vocab: { u: 3 }, unk_token: 'u' },
  }
  const tokenizer = await readTokenizer(
    tokenizerWith(() => words),
    SPECIAL,
  )
  expect([tokenizer.encode('  '), tokenizer.encode(' a ')]).toEqual([[], [3]])
})
