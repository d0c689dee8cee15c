/** Tensors of a layer by name and by role. */
import { expect, test } from 'vitest'
import { LLAMA_TENSOR_NAMES as LLAMA } from '../../../src/model/families/llama.ts'
import { isFeedForward, isHeadNorm, isProjection, layerRole, layerTensorName, parseLayerTensor } from '../../../src/model/families/tensor-names.ts'

test.each([
  ['model.layers.0.mlp.up_proj.weight', { layer: 0, name: 'mlp.up_proj.weight' }],
  ['model.layers.17.self_attn.q_proj.bias', { layer: 17, name: 'self_attn.q_proj.bias' }],
  ['model.norm.weight', undefined],
  ['lm_head.weight', undefined],
  ['model.layers.x.mlp.up_proj.weight', undefined],
  ['layers.0.mlp.up_proj.weight', undefined],
])('%s is %o', (tensor, expected) => {
  expect(parseLayerTensor(LLAMA, tensor)).toEqual(expected)
  if (expected) expect(layerTensorName(LLAMA, expected.layer, expected.name)).toBe(tensor)
})

test('a prefix of another family is parsed as well', () => {
  const names = { ...LLAMA, layers: 'transformer.h.' }
  expect(parseLayerTensor(names, 'transformer.h.3.attn.q.weight')).toEqual({ layer: 3, name: 'attn.q.weight' })
  expect(parseLayerTensor(names, 'model.layers.3.attn.q.weight')).toBeUndefined()
})

test.each([
  ['self_attn.v_proj.weight', 'value'],
  ['self_attn.v_proj.bias', 'value'],
  ['self_attn.k_norm.weight', 'keyNorm'],
  ['post_attention_layernorm.weight', 'feedForwardNorm'],
  ['self_attn.rotary_emb.inv_freq', undefined],
])('%s has the role %s', (name, role) => expect(layerRole(LLAMA, name)).toBe(role))

test('seven modules are projections, three of them of the feed-forward block, and two are norms of heads', () => {
  const roles = Object.keys(LLAMA.layer) as (keyof typeof LLAMA.layer)[]
  expect(roles.filter(isProjection)).toEqual(['query', 'key', 'value', 'attentionOutput', 'gate', 'up', 'down'])
  expect(roles.filter(isFeedForward)).toEqual(['gate', 'up', 'down'])
  expect(roles.filter(isHeadNorm)).toEqual(['queryNorm', 'keyNorm'])
})
