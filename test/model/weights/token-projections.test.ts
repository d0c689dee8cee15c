import { expect, test } from 'vitest'
import { parseConfig } from '../../../src/model/config/config.ts'
import { layerProjectionValues, projectionValues, tokenProjections } from '../../../src/model/weights/token-projections.ts'

const common = {
  hidden_size: 32,
  intermediate_size: 64,
  num_hidden_layers: 3,
  num_attention_heads: 4,
  num_key_value_heads: 2,
  vocab_size: 128,
  max_position_embeddings: 64,
  rms_norm_eps: 1e-6,
}
const dense = parseConfig({ ...common, model_type: 'llama' }, 'config.json')
const mixture = parseConfig({ ...common, model_type: 'mixtral', num_local_experts: 8, num_experts_per_tok: 2 }, 'config.json')

test('a token of a dense model goes through all matrices of its layers', () => {
  const attention = 32 * 32 + 2 * 16 * 32 + 32 * 32
  const feedForward = 3 * 64 * 32
  expect(layerProjectionValues(dense, 0, 'token')).toBe(attention + feedForward)
  expect(projectionValues(dense, 'token')).toBe(3 * (attention + feedForward))
  expect(projectionValues(dense, 'stored')).toBe(projectionValues(dense, 'token'))
  expect(tokenProjections(dense, 0).reduce((sum, { out, input }) => sum + out * input, 0)).toBe(attention + feedForward)
})

test('of a mixture it goes through the chosen experts; all are stored', () => {
  expect(layerProjectionValues(mixture, 0, 'stored') - layerProjectionValues(mixture, 0, 'token')).toBe((8 - 2) * 3 * 64 * 32)
  const experts = tokenProjections(mixture, 0).filter(({ module }) => module.includes('experts.'))
  expect(experts.map(({ out, input }) => [out, input].sort((a, b) => a - b))).toEqual(Array.from({ length: 6 }, () => [32, 64]))
  expect(new Set(experts.map(({ module }) => module)).size).toBe(6)
})
