/** The language model of a larger one: its config under text_config, its weights under further prefixes. */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { readConfigFile, parseConfig } from '../../../src/model/config/config.ts'
import { languagePart } from '../../../src/model/config/text-config.ts'
import { CheckpointError } from '../../../src/errors.ts'
import { folderOf } from './config-spellings.ts'

const MISTRAL = JSON.parse(readFileSync(path.join(import.meta.dirname, '../../checkpoints/mistral/config.json'), 'utf8')) as Record<string, unknown>
/** Fields of Mistral3Config in transformers 5.24, as save_pretrained writes them. */
const WHOLE = {
  architectures: ['Mistral3ForConditionalGeneration'],
  model_type: 'mistral3',
  image_token_index: 10,
  vision_config: { model_type: 'pixtral', hidden_size: 32 },
  spatial_merge_size: 2,
  text_config: MISTRAL,
}

test('the language model is that of the same config on its own', () => {
  expect(parseConfig(WHOLE, 'config.json')).toEqual({ ...parseConfig(MISTRAL, 'config.json'), isPart: true })
})

test('a notice says that only the language model is scored', async () => {
  const { notices } = await readConfigFile(folderOf({ fixture: 'mistral', set: WHOLE, without: [] }))
  expect(notices).toEqual(['config.json is of mistral3: its language model is scored, which is under text_config; other parts are not used'])
})

test('quantization, tying and dtype of the whole file win; the type of the language model has a default', () => {
  const whole = { model_type: 'mistral3', dtype: 'bfloat16', tie_word_embeddings: true, text_config: { dtype: 'float32', tie_word_embeddings: false } }
  expect(languagePart({ ...whole, quantization_config: { a: 1 } }, 'config.json', [])).toEqual({
    model_type: 'mistral',
    architectures: null,
    dtype: 'bfloat16',
    tie_word_embeddings: true,
    quantization_config: { a: 1 },
  })
})

test('without model_type the class decides', () => {
  expect(languagePart({ architectures: ['Gemma3ForConditionalGeneration'], text_config: {} }, 'config.json', [])).toMatchObject({ model_type: 'gemma3_text' })
})

test.each([null, undefined, 3, [], 'x'])('text_config %o is an error that names the file', (part) => {
  expect(() => parseConfig({ ...WHOLE, text_config: part }, 'a/config.json')).toThrow(CheckpointError)
  expect(() => parseConfig({ ...WHOLE, text_config: part }, 'a/config.json')).toThrow('a/config.json: model_type mistral3 without text_config')
})

test('a flat config is returned unchanged', () => {
  expect(languagePart(MISTRAL, 'config.json', [])).toBe(MISTRAL)
})
