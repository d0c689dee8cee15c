/** OPT: transformers `models/opt/modeling_opt.py`. */
import { z } from 'zod'
import { extent, withDefaults } from './common-fields.ts'
import { attentionBiases, inEveryLayer, LAYER_NORM } from './decoder.ts'
import { defineFamily } from './family.ts'
import type { TensorNames } from './tensor-names.ts'
import { never } from '../config/off-values.ts'

const MODULES = {
  query: 'self_attn.q_proj',
  key: 'self_attn.k_proj',
  value: 'self_attn.v_proj',
  attentionOutput: 'self_attn.out_proj',
  up: 'fc1',
  down: 'fc2',
}

const NAMES = {
  base: 'model.',
  layers: 'model.decoder.layers.',
  layer: { inputNorm: 'self_attn_layer_norm', ...MODULES, feedForwardNorm: 'final_layer_norm' },
  embeddings: 'model.decoder.embed_tokens.weight',
  positions: 'model.decoder.embed_positions.weight',
  finalNorm: 'model.decoder.final_layer_norm',
  head: 'lm_head.weight',
  buffers: [],
} satisfies TensorNames

export const opt = defineFamily({
  modelType: 'opt',
  architecture: 'OPTForCausalLM',
  fields: {
    ...withDefaults({
      vocab_size: 50_272,
      hidden_size: 768,
      intermediate_size: 3072,
      num_hidden_layers: 12,
      num_attention_heads: 12,
      max_position_embeddings: 2048,
      rms_norm_eps: 1e-5,
    }),
    hidden_act: z.string().default('relu'),
    tie_word_embeddings: z.boolean().default(true),
    enable_bias: z.boolean().default(true),
    layer_norm_elementwise_affine: z.boolean().default(true),
    do_layer_norm_before: z.boolean().default(true),
    word_embed_proj_dim: extent.nullish(),
    _remove_final_layer_norm: z.boolean().default(false),
  },
  renamed: { ffn_dim: 'intermediate_size', activation_function: 'hidden_act' },
  ignored: { layerdrop: never, init_std: never },
  tensorNames: NAMES,
  decoder(config) {
    const { enable_bias: hasBias, layer_norm_elementwise_affine: hasWeights, hidden_size: hiddenSize } = config
    const embeddingWidth = config.word_embed_proj_dim ?? hiddenSize
    return {
      embeddingWidth,
      tensorNames: namesOf(config, embeddingWidth !== hiddenSize),
      norm: { ...LAYER_NORM, hasWeight: hasWeights, hasBias: hasWeights },
      layerRopes: inEveryLayer(config, 'none' as const),
      // The first two rows are for padding.
      positionOffset: 2,
      ...attentionBiases(hasBias),
      feedForwardBias: hasBias,
    }
  },
})

/** opt-350m has norms after the residual, none at the end, and narrow embeddings. */
function namesOf(
  {
    do_layer_norm_before: isBefore,
    _remove_final_layer_norm: isRemoved,
  }: { readonly do_layer_norm_before: boolean; readonly _remove_final_layer_norm: boolean },
  isNarrow: boolean,
): TensorNames {
  const { finalNorm, layer, ...names } = NAMES
  return {
    ...names,
    layer: isBefore ? layer : { ...MODULES, attentionSumNorm: layer.inputNorm, feedForwardSumNorm: layer.feedForwardNorm },
    ...(isBefore && !isRemoved && { finalNorm }),
    ...(isNarrow && { embeddingProjection: 'model.decoder.project_in', headProjection: 'model.decoder.project_out' }),
  }
}
