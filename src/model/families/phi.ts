/** Phi 1, 1.5 and 2: transformers `models/phi/modeling_phi.py`. */
import { z } from 'zod'
import { withDefaults } from './common-fields.ts'
import { attentionBiases, LAYER_NORM } from './decoder.ts'
import { defineFamily } from './family.ts'
import { rotaryWidthOf } from './rope-rule.ts'

export const phi = defineFamily({
  modelType: 'phi',
  architecture: 'PhiForCausalLM',
  fields: {
    ...withDefaults({
      vocab_size: 51_200,
      hidden_size: 2048,
      intermediate_size: 8192,
      num_hidden_layers: 24,
      num_attention_heads: 32,
      max_position_embeddings: 2048,
      rms_norm_eps: 1e-5,
    }),
    hidden_act: z.string().default('gelu_new'),
    qk_layernorm: z.boolean().default(false),
  },
  renamed: { layer_norm_eps: 'rms_norm_eps' },
  ignored: {},
  tensorNames: {
    base: 'model.',
    layers: 'model.layers.',
    layer: {
      inputNorm: 'input_layernorm',
      query: 'self_attn.q_proj',
      key: 'self_attn.k_proj',
      value: 'self_attn.v_proj',
      queryNorm: 'self_attn.q_layernorm',
      keyNorm: 'self_attn.k_layernorm',
      attentionOutput: 'self_attn.dense',
      up: 'mlp.fc1',
      down: 'mlp.fc2',
    },
    embeddings: 'model.embed_tokens.weight',
    finalNorm: 'model.final_layernorm',
    head: 'lm_head.weight',
    buffers: ['.rotary_emb.inv_freq'],
  },
  decoder: (config) => ({
    norm: LAYER_NORM,
    isParallel: true,
    ...attentionBiases(true),
    feedForwardBias: true,
    ...(config.qk_layernorm && { queryKeyNorm: { over: 'head', form: LAYER_NORM } }),
    rotaryWidth: rotaryWidthOf(config, 0.5),
    headBias: true,
  }),
})
