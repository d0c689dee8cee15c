/** Settings beside tokenizer.json give what transformers' AutoTokenizer gives (goldens/tokenizer-settings.json, made by scripts/make-tokenizer-settings-goldens.py). */
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { readTokenizer } from '../../../src/model/tokenizer/tokenizer.ts'
import { temporaryFolder } from '../../temporary-folder.ts'

interface Case {
  readonly kind: string
  readonly parts: object
  readonly files: Readonly<Record<string, object>>
  readonly class: string
  readonly bos: number | null
  readonly eos: number | null
  readonly ids: readonly (readonly number[])[]
  readonly plain: readonly (readonly number[])[]
}

const read = (name: string): unknown => JSON.parse(readFileSync(path.join(import.meta.dirname, '../goldens', name), 'utf8'))
const { models } = read('tokenizers.json') as { models: Readonly<Record<string, object>> }
const { texts, cases, maker } = read('tokenizer-settings.json') as { texts: readonly string[]; cases: readonly Case[]; maker: string }
const SPECIAL = { bosTokenId: 77, eosTokenId: undefined, vocabularySize: 10_000 }
const FLAGS = { single_word: false, lstrip: false, rstrip: false, normalized: false, special: true }

/** A folder with a tokenizer.json and other files. */
function folderWith(kind: string, parts: object, files: Readonly<Record<string, object>>): string {
  const folder = temporaryFolder()
  const added = ['<unk>', '<s>', '</s>'].map((content, id) => ({ id, content, ...FLAGS }))
  const tokenizer = { version: '1.0', truncation: { max_length: 3 }, added_tokens: added, model: models[kind], ...parts }
  for (const [name, content] of Object.entries({ 'tokenizer.json': tokenizer, ...files })) writeFileSync(path.join(folder, name), JSON.stringify(content))
  return folder
}

test(`they are of the version that lm-eval's numbers come from: ${maker}`, () => {
  expect(maker).toContain('transformers 5.24.0')
})

test.each(cases.map((each) => [`${each.class} of ${JSON.stringify(each.files)}`, each] as const))(
  '%s',
  async (_, { kind, parts, files, bos, eos, ids, plain }) => {
    const tokenizer = await readTokenizer(folderWith(kind, parts, files), SPECIAL)
    expect(texts.map((text) => tokenizer.encode(text))).toEqual(ids)
    expect(texts.map((text) => tokenizer.encode(text, { specialTokens: false }))).toEqual(plain)
    expect(tokenizer.prefixToken).toBe(bos ?? eos ?? 77)
  },
)

test('fields that a class ignores are named', async () => {
  const settings = { tokenizer_class: 'GPT2Tokenizer', bos_token: '<s>', eos_token: '</s>', unk_token: '<unk>' }
  const [digits] = cases
  const tokenizer = await readTokenizer(folderWith('BPE byte-level', digits!.parts, { 'tokenizer_config.json': settings }), SPECIAL)
  expect(tokenizer.notices).toEqual([
    'tokenizer.json is read as transformers 5.24 reads it: its class GPT2Tokenizer takes the vocabulary from the file, and not pre_tokenizer, model.unk_token',
  ])
})

test.each([
  [{ tokenizer_class: 'BertTokenizer' }, 'tokenizer_class "BertTokenizer"'],
  [{ tokenizer_class: 'T5TokenizerFast' }, 'tokenizer_class "T5Tokenizer"'],
  [{ tokenizer_class: 7 }, 'tokenizer_class 7'],
  [{ added_tokens_decoder: { 7: { content: 'x', trim: true } } }, 'added_tokens_decoder["7"]'],
  [{ bos_token: { content: 7 } }, 'bos_token'],
  [{ split_special_tokens: 'yes' }, 'split_special_tokens "yes"'],
  [{ fast_tokenizer_files: ['tokenizer.4.json'] }, 'fast_tokenizer_files'],
  [{ auto_map: { AutoTokenizer: ['own.Slow', 'own.Fast'] }, tokenizer_class: 'OwnTokenizer' }, 'auto_map.AutoTokenizer'],
])('%j is refused by its name', async (settings, message) => {
  await expect(readTokenizer(folderWith('BPE byte-level', {}, { 'tokenizer_config.json': settings }), SPECIAL)).rejects.toThrow(message)
})
