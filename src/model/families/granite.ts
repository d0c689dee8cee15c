/** Granite 3: transformers `models/granite/modeling_granite.py`. */
import { z } from 'zod'
import { withDefaults } from './common-fields.ts'
import { attentionBiases } from './decoder.ts'
import { defineFamily } from './family.ts'
import { LLAMA_TENSOR_NAMES } from './llama.ts'

const factor = z.number().positive().default(1)

export const granite = defineFamily({
  modelType: 'granite',
  architecture: 'GraniteForCausalLM',
  fields: {
    ...withDefaults({
      vocab_size: 32_000,
      hidden_size: 4096,
      intermediate_size: 11_008,
      num_hidden_layers: 32,
      num_attention_heads: 32,
      max_position_embeddings: 2048,
      rms_norm_eps: 1e-6,
    }),
    attention_bias: z.boolean().default(false),
    mlp_bias: z.boolean().default(false),
    embedding_multiplier: factor,
    logits_scaling: factor,
    residual_multiplier: factor,
    attention_multiplier: factor,
  },
  ignored: {},
  tensorNames: LLAMA_TENSOR_NAMES,
  decoder: (config) => ({
    embeddingScale: config.embedding_multiplier,
    residualScale: config.residual_multiplier,
    attentionScale: config.attention_multiplier,
    logitScale: 1 / config.logits_scaling,
    ...attentionBiases(config.attention_bias),
    feedForwardBias: config.mlp_bias,
  }),
})
