/** Command R of Cohere: transformers `models/cohere/modeling_cohere.py`. */
import { z } from 'zod'
import { commonFields, withDefaults } from './common-fields.ts'
import { attentionBiases, LAYER_NORM } from './decoder.ts'
import { defineFamily } from './family.ts'
import { LLAMA_TENSOR_NAMES } from './llama.ts'
import { isOn } from '../config/off-values.ts'

const NORM = { ...LAYER_NORM, hasBias: false }
const { feedForwardNorm: _feedForwardNorm, ...parallel } = LLAMA_TENSOR_NAMES.layer

export const cohere = defineFamily({
  modelType: 'cohere',
  architecture: 'CohereForCausalLM',
  fields: {
    ...withDefaults({
      vocab_size: 256_000,
      hidden_size: 8192,
      intermediate_size: 22_528,
      num_hidden_layers: 40,
      num_attention_heads: 64,
      max_position_embeddings: 8192,
      rms_norm_eps: 1e-5,
    }),
    rope_theta: commonFields.rope_theta.default(500_000),
    tie_word_embeddings: z.boolean().default(true),
    attention_bias: z.boolean().default(false),
    logit_scale: z.number().positive().default(0.0625),
    use_qk_norm: z.boolean().default(false),
  },
  renamed: { layer_norm_eps: 'rms_norm_eps' },
  ignored: { mlp_bias: isOn },
  tensorNames: { ...LLAMA_TENSOR_NAMES, layer: parallel },
  decoder: (config) => ({
    norm: NORM,
    isParallel: true,
    ...attentionBiases(config.attention_bias),
    ...(config.use_qk_norm && { queryKeyNorm: { over: 'heads', form: NORM } }),
    isRotaryInterleaved: true,
    logitScale: config.logit_scale,
  }),
})
