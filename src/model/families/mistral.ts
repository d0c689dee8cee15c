/** Mistral 7B and its relatives: transformers `models/mistral/configuration_mistral.py`. */
import { isOn, never } from '../config/off-values.ts'
import { commonFields, windowFields, withDefaults } from './common-fields.ts'
import { defineFamily } from './family.ts'
import { LLAMA_TENSOR_NAMES } from './llama.ts'
import { windowsOf } from './window-rule.ts'

export const mistral = defineFamily({
  modelType: 'mistral',
  architecture: 'MistralForCausalLM',
  fields: {
    ...withDefaults({
      vocab_size: 32_000,
      hidden_size: 4096,
      intermediate_size: 14_336,
      num_hidden_layers: 32,
      num_attention_heads: 32,
      max_position_embeddings: 131_072,
      rms_norm_eps: 1e-6,
    }),
    num_key_value_heads: commonFields.num_key_value_heads.default(8),
    ...windowFields,
  },
  ignored: {
    // Mistral has no biases, regardless of its config.
    attention_bias: (value) => value === true,
    mlp_bias: isOn,
    // Mistral has its window regardless of this field.
    use_sliding_window: (value) => value === false,
    max_window_layers: never,
  },
  tensorNames: LLAMA_TENSOR_NAMES,
  // transformers runs a Mistral model with layer_types as Ministral, which is the same with windows by layer.
  decoder: (config, file) => ({
    windows: windowsOf(config, { window: config.sliding_window, slides: () => true, switch: 'sliding_window' }, file),
  }),
})
