/** GPT-NeoX and Pythia: transformers `models/gpt_neox/modeling_gpt_neox.py`. */
import { z } from 'zod'
import { withDefaults } from './common-fields.ts'
import { attentionBiases, LAYER_NORM } from './decoder.ts'
import { defineFamily } from './family.ts'
import { rotaryWidthOf } from './rope-rule.ts'

export const gptNeoX = defineFamily({
  modelType: 'gpt_neox',
  architecture: 'GPTNeoXForCausalLM',
  fields: {
    ...withDefaults({
      vocab_size: 50_432,
      hidden_size: 6144,
      intermediate_size: 24_576,
      num_hidden_layers: 44,
      num_attention_heads: 64,
      max_position_embeddings: 2048,
      rms_norm_eps: 1e-5,
    }),
    hidden_act: z.string().default('gelu'),
    use_parallel_residual: z.boolean().default(true),
    attention_bias: z.boolean().default(true),
  },
  renamed: { layer_norm_eps: 'rms_norm_eps', rotary_emb_base: 'rope_theta', rotary_pct: 'partial_rotary_factor' },
  ignored: {},
  tensorNames: {
    base: 'gpt_neox.',
    layers: 'gpt_neox.layers.',
    layer: {
      inputNorm: 'input_layernorm',
      queryKeyValue: 'attention.query_key_value',
      attentionOutput: 'attention.dense',
      feedForwardNorm: 'post_attention_layernorm',
      up: 'mlp.dense_h_to_4h',
      down: 'mlp.dense_4h_to_h',
    },
    embeddings: 'gpt_neox.embed_in.weight',
    finalNorm: 'gpt_neox.final_layer_norm',
    head: 'embed_out.weight',
    buffers: ['.rotary_emb.inv_freq', '.attention.bias', '.attention.masked_bias'],
    queryKeyValueRows: 'groups',
  },
  decoder: (config) => ({
    keyValueHeadCount: config.num_attention_heads,
    norm: LAYER_NORM,
    isParallel: config.use_parallel_residual,
    ...attentionBiases(config.attention_bias),
    feedForwardBias: true,
    rotaryWidth: rotaryWidthOf(config, 0.25),
  }),
})
