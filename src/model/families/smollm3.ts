/** SmolLM3: transformers `models/smollm3/modeling_smollm3.py`. */
import { z } from 'zod'
import { commonFields, windowFields, withDefaults } from './common-fields.ts'
import { attentionBiases } from './decoder.ts'
import { defineFamily } from './family.ts'
import { LLAMA_TENSOR_NAMES } from './llama.ts'
import { layerTypeFields, switchedWindow, windowsOf } from './window-rule.ts'
import { never } from '../config/off-values.ts'

export const smollm3 = defineFamily({
  modelType: 'smollm3',
  architecture: 'SmolLM3ForCausalLM',
  fields: {
    ...withDefaults({
      vocab_size: 128_256,
      hidden_size: 2048,
      intermediate_size: 11_008,
      num_hidden_layers: 36,
      num_attention_heads: 16,
      max_position_embeddings: 32_768,
      rms_norm_eps: 1e-6,
    }),
    num_key_value_heads: commonFields.num_key_value_heads.default(4),
    rope_theta: commonFields.rope_theta.default(2_000_000),
    tie_word_embeddings: z.boolean().default(true),
    attention_bias: z.boolean().default(false),
    mlp_bias: z.boolean().default(false),
    sliding_window: windowFields.sliding_window.unwrap(),
    use_sliding_window: z.boolean().default(false),
    layer_types: windowFields.layer_types,
    no_rope_layers: z.array(z.number()).nullish(),
    no_rope_layer_interval: z.number().int().positive().default(4),
  },
  ignored: { max_window_layers: never },
  tensorNames: LLAMA_TENSOR_NAMES,
  decoder(config, file) {
    const { num_hidden_layers: length, no_rope_layers: given, no_rope_layer_interval: interval } = config
    const hasRope = (layer: number) => (given ? given[layer] !== 0 : (layer + 1) % interval !== 0)
    return {
      windows: windowsOf(config, { window: switchedWindow(config), slides: (layer) => !hasRope(layer), switch: 'use_sliding_window and sliding_window' }, file),
      layerRopes: Array.from({ length }, (_, layer) => (hasRope(layer) ? 'global' : 'none')),
      ...attentionBiases(config.attention_bias),
      feedForwardBias: config.mlp_bias,
    }
  },
  fieldsOfLayers: (decoder, kept) => ({
    ...layerTypeFields(decoder, kept),
    no_rope_layers: kept.map((layer) => (decoder.layerRopes![layer] === 'none' ? 0 : 1)),
  }),
})
