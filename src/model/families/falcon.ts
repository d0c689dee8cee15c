/** Falcon RW, 7B, 40B and 180B: transformers `models/falcon/modeling_falcon.py`. Falcon 3 is Llama. */
import { z } from 'zod'
import { alibiSlopes } from './alibi.ts'
import { extent, withDefaults } from './common-fields.ts'
import { attentionBiases, inEveryLayer, LAYER_NORM } from './decoder.ts'
import { defineFamily } from './family.ts'
import type { LayerModules, TensorNames } from './tensor-names.ts'
import { never } from '../config/off-values.ts'

const MODULES: LayerModules = {
  queryKeyValue: 'self_attention.query_key_value',
  attentionOutput: 'self_attention.dense',
  up: 'mlp.dense_h_to_4h',
  down: 'mlp.dense_4h_to_h',
}

const NAMES: TensorNames = {
  base: 'transformer.',
  layers: 'transformer.h.',
  layer: { inputNorm: 'input_layernorm', ...MODULES },
  embeddings: 'transformer.word_embeddings.weight',
  finalNorm: 'transformer.ln_f',
  head: 'lm_head.weight',
  buffers: ['.rotary_emb.inv_freq', '.rotary.inv_freq'],
  queryKeyValueRows: 'groups',
}

export const falcon = defineFamily({
  modelType: 'falcon',
  architecture: 'FalconForCausalLM',
  olderArchitectures: ['RWForCausalLM'],
  fields: {
    ...withDefaults({
      vocab_size: 65_024,
      hidden_size: 4544,
      intermediate_size: 18_176,
      num_hidden_layers: 32,
      num_attention_heads: 71,
      max_position_embeddings: 2048,
      rms_norm_eps: 1e-5,
    }),
    hidden_act: z.string().default('gelu'),
    intermediate_size: extent.nullish(),
    tie_word_embeddings: z.boolean().default(true),
    num_ln_in_parallel_attn: z.number().int().nullish(),
    num_kv_heads: extent.nullish(),
    alibi: z.boolean().default(false),
    new_decoder_architecture: z.boolean().default(false),
    multi_query: z.boolean().default(true),
    parallel_attn: z.boolean().default(true),
    bias: z.boolean().default(false),
  },
  renamed: { layer_norm_epsilon: 'rms_norm_eps', ffn_hidden_size: 'intermediate_size', activation: 'hidden_act', n_embed: 'hidden_size' },
  ignored: { apply_residual_connection_post_layernorm: never },
  tensorNames: NAMES,
  decoder(config) {
    const { hidden_size: hiddenSize, num_attention_heads: headCount, bias, new_decoder_architecture: isNew, parallel_attn: isParallel } = config
    const normCount = config.num_ln_in_parallel_attn ?? (isNew ? 2 : 1)
    const norms = isParallel
      ? normCount === 2
        ? { inputNorm: 'ln_attn', feedForwardNorm: 'ln_mlp' }
        : { inputNorm: 'input_layernorm' }
      : { inputNorm: 'input_layernorm', feedForwardNorm: 'post_attention_layernorm' }
    return {
      keyValueHeadCount: isNew ? (config.num_kv_heads ?? headCount) : config.multi_query ? 1 : headCount,
      intermediateSize: config.intermediate_size ?? 4 * hiddenSize,
      tensorNames: { ...NAMES, layer: { ...norms, ...MODULES } },
      norm: LAYER_NORM,
      isParallel: isNew || isParallel,
      ...(config.alibi && {
        layerRopes: inEveryLayer(config, 'none' as const),
        alibi: { slopes: alibiSlopes(headCount), isRounded: true, scale: (hiddenSize / headCount) ** -0.5 },
      }),
      ...attentionBiases(bias),
      feedForwardBias: bias,
    }
  },
})
