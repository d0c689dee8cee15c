/** The same tokens as lm-eval feeds: scripts/make-encoding-goldens.py ran its code on small tokenizers. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { readTokenizer, type CheckpointTokenizer } from '../../src/model/tokenizer/tokenizer.ts'
import { RequestError } from '../../src/errors.ts'
import { encodeRequests, type Encoder, type RollingBos } from '../../src/plan/encode.ts'
import type { Request } from '../../src/task/request.ts'
import { temporaryFolder } from '../temporary-folder.ts'

interface Window {
  readonly input: readonly number[]
  readonly targets: readonly number[]
}
interface Golden {
  readonly tokenizer: { readonly model: { readonly vocab: Readonly<Record<string, number>> } }
  readonly tokenizer_config: object
  /** What was fed and scored, and whether lm-eval warned that it truncates; or the error that it failed with. */
  readonly pairs: readonly {
    readonly context: string
    readonly continuation: string
    readonly max_length: number
    readonly input?: readonly number[]
    readonly targets?: readonly number[]
    readonly warned?: boolean
    readonly error?: string
  }[]
  /** Windows by default, and with lm-eval's `add_bos_token=False`. */
  readonly texts: readonly {
    readonly text: string
    readonly max_length: number
    readonly windows: readonly Window[]
    readonly add_bos_token_false: readonly Window[]
  }[]
}

const { made_by: madeBy, goldens } = JSON.parse(readFileSync(path.join(import.meta.dirname, 'encode.golden.json'), 'utf8')) as {
  readonly made_by: Readonly<Record<string, string>>
  readonly goldens: Readonly<Record<string, Golden>>
}
const folder = temporaryFolder()

const tokenizers = new Map<string, Promise<CheckpointTokenizer>>()

async function encoderOf(name: string, maxLength: number, rollingBos: RollingBos = 'lm-eval'): Promise<Encoder> {
  const known = tokenizers.get(name) ?? tokenizerOf(name)
  tokenizers.set(name, known)
  return { ...(await known), maxLength, rollingBos }
}

async function tokenizerOf(name: string): Promise<CheckpointTokenizer> {
  const { tokenizer, tokenizer_config: settings } = goldens[name]!
  const place = path.join(folder, name.replaceAll(/\W/gu, '-'))
  mkdirSync(place)
  writeFileSync(path.join(place, 'tokenizer.json'), JSON.stringify(tokenizer))
  writeFileSync(path.join(place, 'tokenizer_config.json'), JSON.stringify(settings))
  return readTokenizer(place, { bosTokenId: undefined, eosTokenId: undefined, vocabularySize: Object.keys(tokenizer.model.vocab).length })
}

function encode(request: Request, encoder: Encoder) {
  const { sequences, parts, tokensCut } = encodeRequests([request], encoder)
  return { windows: parts[0]!.map((part) => ({ input: [...sequences[part]!.input], targets: [...sequences[part]!.targets] })), cut: tokensCut[0]! }
}

test('the goldens are of the version that the numbers are compared with', () => {
  expect(madeBy).toMatchObject({ lm_eval: '0.4.13', transformers: '5.24.0' })
})

describe.each(Object.keys(goldens))('%s', (name) => {
  test('context and continuation are fed as lm-eval feeds them, and what it fails on is refused', async () => {
    for (const { context, continuation, max_length: maxLength, input, targets, warned, error } of goldens[name]!.pairs) {
      const encoder = await encoderOf(name, maxLength)
      const ask = () => encode({ kind: 'continuation', context, continuation }, encoder)
      const place = JSON.stringify([context, continuation, maxLength])
      if (error !== undefined) expect(ask, place).toThrow(RequestError)
      else expect(ask(), place).toEqual({ windows: [{ input, targets }], cut: warned ? expect.toSatisfy((cut: number) => cut > 0) : 0 })
    }
  })

  test('texts are fed in lm-eval’s windows', async () => {
    for (const { text, max_length: maxLength, windows } of goldens[name]!.texts)
      expect(encode({ kind: 'rolling', text }, await encoderOf(name, maxLength)).windows, text).toEqual(windows)
  })
})

test('bos once is what lm-eval does with add_bos_token=False, if the tokenizer puts nothing else there', async () => {
  for (const name of ['bos', 'no bos', 'bos that is not put there', 'a token spans the join', 'a token spans the join, bos']) {
    const texts = goldens[name]!.texts.filter(({ text }) => !/^<\/?s>/u.test(text))
    expect(texts.length).toBeGreaterThan(8)
    for (const { text, max_length: maxLength, add_bos_token_false: windows } of texts)
      expect(encode({ kind: 'rolling', text }, await encoderOf(name, maxLength, 'once')).windows, `${name}: ${text}`).toEqual(windows)
  }
})

test('with bos once, a text that begins with bos has it once as well', async () => {
  const { tokenizer } = goldens['bos']!
  const [bos, a] = [tokenizer.model.vocab['<s>'], tokenizer.model.vocab['a']]
  expect(encode({ kind: 'rolling', text: '<s>a' }, await encoderOf('bos', 64, 'once')).windows).toEqual([{ input: [bos], targets: [a] }])
  expect(encode({ kind: 'rolling', text: '<s>a' }, await encoderOf('bos', 64)).windows).toEqual([{ input: [bos, bos], targets: [bos, a] }])
})
