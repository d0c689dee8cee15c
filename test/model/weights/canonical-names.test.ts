/** Names of stored tensors, as transformers 5.24 finds them (`core_model_loading.py`, `rename_source_key`). */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { parseConfig } from '../../../src/model/config/config.ts'
import { canonicalNames } from '../../../src/model/weights/canonical-names.ts'

const LLAMA = JSON.parse(readFileSync(path.join(import.meta.dirname, '../../checkpoints/llama2/config.json'), 'utf8')) as object
const MISTRAL = JSON.parse(readFileSync(path.join(import.meta.dirname, '../../checkpoints/mistral/config.json'), 'utf8')) as object

describe('a model on its own', () => {
  const nameOf = canonicalNames(parseConfig(LLAMA, 'config.json'))
  test.each([
    ['layers.1.mlp.up_proj.weight', 'model.layers.1.mlp.up_proj.weight'],
    ['layers.1.mlp.up_proj.qweight', 'model.layers.1.mlp.up_proj.qweight'],
    ['layers.7.mlp.up_proj.weight', 'model.layers.7.mlp.up_proj.weight'],
    ['embed_tokens.weight', 'model.embed_tokens.weight'],
    ['norm.weight', 'model.norm.weight'],
    ['model.lm_head.weight', 'lm_head.weight'],
    ['model.model.layers.0.input_layernorm.weight', 'model.layers.0.input_layernorm.weight'],
  ])('%s is %s', (stored, name) => expect(nameOf(stored)).toBe(name))

  test.each([
    'model.layers.0.mlp.up_proj.weight',
    'lm_head.weight',
    'score.weight',
    'model.language_model.layers.0.mlp.up_proj.weight',
    'model.rotary_emb.inv_freq',
  ])('%s stays', (name) => expect(nameOf(name)).toBe(name))
})

describe('the language model of a larger one', () => {
  const nameOf = canonicalNames(parseConfig({ model_type: 'mistral3', text_config: MISTRAL }, 'config.json'))
  test.each([
    ['language_model.model.layers.1.mlp.up_proj.weight', 'model.layers.1.mlp.up_proj.weight'],
    ['language_model.lm_head.weight', 'lm_head.weight'],
    ['model.language_model.layers.1.mlp.up_proj.weight', 'model.layers.1.mlp.up_proj.weight'],
    ['model.language_model.norm.weight', 'model.norm.weight'],
    ['lm_head.weight', 'lm_head.weight'],
    ['vision_tower.norm.weight', 'vision_tower.norm.weight'],
  ])('%s is %s', (stored, name) => expect(nameOf(stored)).toBe(name))
})
