/** OLMo 1: transformers `models/olmo/modeling_olmo.py`. */
import { z } from 'zod'
import { withDefaults } from './common-fields.ts'
import { attentionBiases, LAYER_NORM } from './decoder.ts'
import { defineFamily } from './family.ts'
import { LLAMA_TENSOR_NAMES } from './llama.ts'
import { isOn } from '../config/off-values.ts'

/** Fields of the config classes of OLMo 1 to 3. */
export const olmoFields = {
  ...withDefaults({
    vocab_size: 50_304,
    hidden_size: 4096,
    intermediate_size: 11_008,
    num_hidden_layers: 32,
    num_attention_heads: 32,
    max_position_embeddings: 2048,
    rms_norm_eps: 1e-5,
  }),
  attention_bias: z.boolean().default(false),
}

export const olmo = defineFamily({
  modelType: 'olmo',
  architecture: 'OlmoForCausalLM',
  fields: {
    ...olmoFields,
    clip_qkv: z.number().positive().nullish(),
  },
  ignored: { mlp_bias: isOn },
  tensorNames: LLAMA_TENSOR_NAMES,
  decoder: (config) => ({
    norm: { ...LAYER_NORM, hasWeight: false, hasBias: false },
    ...attentionBiases(config.attention_bias),
    ...(config.clip_qkv != null && { projectionClip: config.clip_qkv }),
  }),
})
