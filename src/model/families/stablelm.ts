/** StableLM 3B and StableLM 2: transformers `models/stablelm/modeling_stablelm.py`. */
import { z } from 'zod'
import { commonFields, withDefaults } from './common-fields.ts'
import { LAYER_NORM } from './decoder.ts'
import { defineFamily } from './family.ts'
import { LLAMA_TENSOR_NAMES } from './llama.ts'
import { rotaryWidthOf } from './rope-rule.ts'
import type { TensorNames } from './tensor-names.ts'

const NAMES: TensorNames = {
  ...LLAMA_TENSOR_NAMES,
  // A norm for each head.
  layer: { ...LLAMA_TENSOR_NAMES.layer, queryNorm: 'self_attn.q_layernorm.norms.{}', keyNorm: 'self_attn.k_layernorm.norms.{}' },
}
const { feedForwardNorm: _feedForwardNorm, ...parallel } = NAMES.layer

export const stablelm = defineFamily({
  modelType: 'stablelm',
  architecture: 'StableLmForCausalLM',
  olderArchitectures: ['StableLMEpochForCausalLM'],
  fields: {
    ...withDefaults({
      vocab_size: 50_304,
      hidden_size: 2560,
      intermediate_size: 6912,
      num_hidden_layers: 32,
      num_attention_heads: 32,
      max_position_embeddings: 4096,
      rms_norm_eps: 1e-5,
    }),
    num_key_value_heads: commonFields.num_key_value_heads.default(32),
    use_qkv_bias: z.boolean().default(false),
    qk_layernorm: z.boolean().default(false),
    use_parallel_residual: z.boolean().default(false),
  },
  renamed: { layer_norm_eps: 'rms_norm_eps', norm_eps: 'rms_norm_eps', rope_pct: 'partial_rotary_factor' },
  ignored: {},
  tensorNames: NAMES,
  decoder: (config) => ({
    norm: LAYER_NORM,
    isParallel: config.use_parallel_residual,
    // A parallel layer has one norm.
    ...(config.use_parallel_residual && { tensorNames: { ...NAMES, layer: parallel } }),
    queryKeyValueBias: config.use_qkv_bias,
    ...(config.qk_layernorm && { queryKeyNorm: { over: 'heads', form: { ...LAYER_NORM, hasBias: false } } }),
    rotaryWidth: rotaryWidthOf(config, 0.25),
  }),
})
