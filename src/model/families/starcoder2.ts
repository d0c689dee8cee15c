/** StarCoder2: transformers `models/starcoder2/modeling_starcoder2.py`. */
import { z } from 'zod'
import { commonFields, windowFields, withDefaults } from './common-fields.ts'
import { attentionBiases, inEveryLayer, LAYER_NORM } from './decoder.ts'
import { defineFamily } from './family.ts'
import { LLAMA_TENSOR_NAMES } from './llama.ts'
import { never } from '../config/off-values.ts'

const { gate: _gate, queryNorm: _queryNorm, keyNorm: _keyNorm, ...shared } = LLAMA_TENSOR_NAMES.layer

export const starcoder2 = defineFamily({
  modelType: 'starcoder2',
  architecture: 'Starcoder2ForCausalLM',
  fields: {
    ...withDefaults({
      vocab_size: 49_152,
      hidden_size: 3072,
      intermediate_size: 12_288,
      num_hidden_layers: 30,
      num_attention_heads: 24,
      max_position_embeddings: 4096,
      rms_norm_eps: 1e-5,
    }),
    num_key_value_heads: commonFields.num_key_value_heads.default(2),
    hidden_act: z.string().default('gelu_pytorch_tanh'),
    tie_word_embeddings: z.boolean().default(true),
    use_bias: z.boolean().default(true),
    sliding_window: windowFields.sliding_window.unwrap(),
  },
  renamed: { norm_epsilon: 'rms_norm_eps' },
  ignored: {
    activation_function: never,
    mlp_type: never,
    norm_type: never,
    layer_norm_epsilon: never,
    scale_attention_softmax_in_fp32: never,
    attention_softmax_in_fp32: never,
    scale_attn_weights: never,
  },
  tensorNames: { ...LLAMA_TENSOR_NAMES, layer: { ...shared, up: 'mlp.c_fc', down: 'mlp.c_proj' } },
  decoder: (config) => ({
    norm: LAYER_NORM,
    windows: inEveryLayer(config, config.sliding_window ?? Infinity),
    ...attentionBiases(config.use_bias),
    feedForwardBias: config.use_bias,
  }),
})
