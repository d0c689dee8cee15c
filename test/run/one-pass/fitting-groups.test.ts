/** Models that share layers, divided by memory. */
import { expect, test } from 'vitest'
import { fitsMemory } from '../../../src/engine/onnx/batch-budget.ts'
import { parseConfig } from '../../../src/model/config/config.ts'
import { fittingGroups, togetherNeed } from '../../../src/run/one-pass/fitting-groups.ts'

const config = (layers: number) =>
  parseConfig(
    {
      model_type: 'llama',
      hidden_size: 1024,
      intermediate_size: 4096,
      num_attention_heads: 8,
      num_hidden_layers: layers,
      vocab_size: 1000,
      rms_norm_eps: 1e-6,
      max_position_embeddings: 128,
    },
    'config.json',
  )
const model = (...layers: readonly string[]) => ({
  config: config(layers.length),
  weightSettings: {},
  identity: {
    embeddings: 'e',
    layers,
    outside: new Map([
      ['model.embed_tokens.weight', 'e'],
      ['lm_head.weight', 'h'],
    ]),
  },
})

/** The original, and without the third, second and first layer but one. */
const models = [model('a', 'b', 'c', 'd'), model('a', 'b', 'c'), model('a', 'b', 'd'), model('a', 'c', 'd')]

test('as many as fit are together, in their order', () => {
  const groups = (memoryBytes: number) => fittingGroups(models, (need) => fitsMemory(need, { memoryBytes }))
  expect(groups(2e9)).toEqual([[0, 1, 2, 3]])
  expect(groups(1)).toEqual([[0], [1], [2], [3]])
  const { fixed, perToken } = togetherNeed(models.slice(0, 3))
  expect(groups(fixed + 256 * perToken)).toEqual([[0, 1, 2], [3]])
})

test('a layer that is computed over other states takes no more memory for weights', () => {
  const need = (...indices: readonly number[]) => togetherNeed(indices.map((index) => models[index]!))
  const matrices = 4 * (4 * 1024 * 1024 + 3 * 1024 * 4096)
  // One more set of logits is all that a model without a layer adds.
  expect(need(0, 2).fixed - need(0).fixed).toBeLessThan(matrices / 10)
  expect(need(0, 2).perToken).toBeGreaterThan(need(0).perToken)
})
