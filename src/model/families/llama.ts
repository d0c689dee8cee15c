/** Llama 1 to 3, SmolLM2 and every model that is saved as Llama: transformers `models/llama/configuration_llama.py`. */
import { z } from 'zod'
import { isOn, never } from '../config/off-values.ts'
import { withDefaults } from './common-fields.ts'
import { attentionBiases } from './decoder.ts'
import { defineFamily } from './family.ts'
import type { TensorNames } from './tensor-names.ts'
import { namesOtherLayerTypes } from './window-rule.ts'

/** The names that most families took over from Llama. */
export const LLAMA_TENSOR_NAMES: TensorNames = {
  base: 'model.',
  layers: 'model.layers.',
  layer: {
    inputNorm: 'input_layernorm',
    query: 'self_attn.q_proj',
    key: 'self_attn.k_proj',
    value: 'self_attn.v_proj',
    queryNorm: 'self_attn.q_norm',
    keyNorm: 'self_attn.k_norm',
    attentionOutput: 'self_attn.o_proj',
    feedForwardNorm: 'post_attention_layernorm',
    gate: 'mlp.gate_proj',
    up: 'mlp.up_proj',
    down: 'mlp.down_proj',
  },
  embeddings: 'model.embed_tokens.weight',
  finalNorm: 'model.norm',
  head: 'lm_head.weight',
  buffers: ['.rotary_emb.inv_freq', '.attn.masked_bias'],
}

export const llama = defineFamily({
  modelType: 'llama',
  architecture: 'LlamaForCausalLM',
  olderArchitectures: ['LLaMAForCausalLM'],
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
  },
  // Llama has no window, regardless of its config.
  ignored: { sliding_window: isOn, layer_types: namesOtherLayerTypes, use_sliding_window: never, max_window_layers: never },
  tensorNames: LLAMA_TENSOR_NAMES,
  decoder: (config) => ({
    ...attentionBiases(config.attention_bias),
    feedForwardBias: config.mlp_bias,
  }),
})
