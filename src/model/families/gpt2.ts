/** GPT-2: transformers `models/gpt2/modeling_gpt2.py`. */
import { z } from 'zod'
import { extent, withDefaults } from './common-fields.ts'
import { attentionBiases, inEveryLayer, LAYER_NORM } from './decoder.ts'
import { defineFamily } from './family.ts'
import { isOn, never } from '../config/off-values.ts'

export const gpt2 = defineFamily({
  modelType: 'gpt2',
  architecture: 'GPT2LMHeadModel',
  fields: {
    ...withDefaults({
      vocab_size: 50_257,
      hidden_size: 768,
      intermediate_size: 3072,
      num_hidden_layers: 12,
      num_attention_heads: 12,
      max_position_embeddings: 1024,
      rms_norm_eps: 1e-5,
    }),
    hidden_act: z.string().default('gelu_new'),
    intermediate_size: extent.nullish(),
    tie_word_embeddings: z.boolean().default(true),
    scale_attn_weights: z.boolean().default(true),
    scale_attn_by_inverse_layer_idx: z.boolean().default(false),
  },
  renamed: {
    n_embd: 'hidden_size',
    n_positions: 'max_position_embeddings',
    n_head: 'num_attention_heads',
    n_layer: 'num_hidden_layers',
    n_inner: 'intermediate_size',
    activation_function: 'hidden_act',
    layer_norm_epsilon: 'rms_norm_eps',
  },
  ignored: {
    add_cross_attention: isOn,
    reorder_and_upcast_attn: never,
    n_ctx: never,
    summary_activation: never,
    summary_type: never,
    summary_use_proj: never,
    summary_proj_to_labels: never,
  },
  tensorNames: {
    base: 'transformer.',
    layers: 'transformer.h.',
    layer: {
      inputNorm: 'ln_1',
      queryKeyValue: 'attn.c_attn',
      attentionOutput: 'attn.c_proj',
      feedForwardNorm: 'ln_2',
      up: 'mlp.c_fc',
      down: 'mlp.c_proj',
    },
    embeddings: 'transformer.wte.weight',
    positions: 'transformer.wpe.weight',
    finalNorm: 'transformer.ln_f',
    head: 'lm_head.weight',
    buffers: ['.attn.bias', '.attn.masked_bias'],
    areProjectionsTransposed: true,
  },
  decoder(config) {
    const scale = config.scale_attn_weights ? (config.hidden_size / config.num_attention_heads) ** -0.5 : 1
    return {
      keyValueHeadCount: config.num_attention_heads,
      intermediateSize: config.intermediate_size ?? 4 * config.hidden_size,
      norm: LAYER_NORM,
      layerRopes: inEveryLayer(config, 'none' as const),
      ...(!config.scale_attn_weights && { attentionScale: 1 }),
      ...(config.scale_attn_by_inverse_layer_idx && { attentionScales: inEveryLayer(config, scale).map((all, layer) => all / (layer + 1)) }),
      ...attentionBiases(true),
      feedForwardBias: true,
    }
  },
})
