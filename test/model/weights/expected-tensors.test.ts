/** Parameters from config.json alone. */
import { describe, expect, test } from 'vitest'
import { parseConfig } from '../../../src/model/config/config.ts'
import { countParameters } from '../../../src/model/weights/expected-tensors.ts'

/** config.json of Qwen/Qwen3-8B-Base, as far as sizes go. */
const QWEN3_8B = {
  architectures: ['Qwen3ForCausalLM'],
  attention_bias: false,
  head_dim: 128,
  hidden_act: 'silu',
  hidden_size: 4096,
  intermediate_size: 12288,
  max_position_embeddings: 32768,
  num_attention_heads: 32,
  num_hidden_layers: 36,
  num_key_value_heads: 8,
  rms_norm_eps: 1e-6,
  rope_theta: 1000000,
  tie_word_embeddings: false,
  vocab_size: 151936,
}

describe('Qwen3-8B', () => {
  test.each([
    [36, 8_190_735_360],
    [30, 7_033_056_768],
    [26, 6_261_271_040],
  ])('of %d layers has %d parameters', (layers, expected) => {
    expect(countParameters(parseConfig({ ...QWEN3_8B, num_hidden_layers: layers }, 'config.json'))).toBe(expected)
  })
})

test('a tied head counts once', () => {
  const config = (tied: boolean) => parseConfig({ ...QWEN3_8B, tie_word_embeddings: tied }, 'config.json')
  expect(countParameters(config(false)) - countParameters(config(true))).toBe(151936 * 4096)
})
