/** OPT: transformers `models/opt/modeling_opt.py`. */
import { z } from 'zod'
import { withDefaults } from './common-fields.ts'
import { inEveryLayer, LAYER_NORM } from './decoder.ts'
import { defineFamily } from './family.ts'
import { CheckpointError } from '../../errors.ts'
import { never } from '../config/off-values.ts'

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
    word_embed_proj_dim: z.number().int().nullish(),
    _remove_final_layer_norm: z.literal(false).optional(),
  },
  renamed: { ffn_dim: 'intermediate_size', activation_function: 'hidden_act' },
  ignored: { layerdrop: never, init_std: never },
  tensorNames: {
    base: 'model.',
    layers: 'model.decoder.layers.',
    layer: {
      inputNorm: 'self_attn_layer_norm',
      query: 'self_attn.q_proj',
      key: 'self_attn.k_proj',
      value: 'self_attn.v_proj',
      attentionOutput: 'self_attn.out_proj',
      feedForwardNorm: 'final_layer_norm',
      up: 'fc1',
      down: 'fc2',
    },
    embeddings: 'model.decoder.embed_tokens.weight',
    positions: 'model.decoder.embed_positions.weight',
    finalNorm: 'model.decoder.final_layer_norm',
    head: 'lm_head.weight',
    buffers: [],
  },
  decoder(config, file) {
    const { do_layer_norm_before: isBefore, word_embed_proj_dim: embeddingWidth, hidden_size: hiddenSize } = config
    if (!isBefore || (embeddingWidth != null && embeddingWidth !== hiddenSize))
      throw new CheckpointError(
        `${file}: OPT with ${isBefore ? `embeddings of ${embeddingWidth} values` : 'norms after the residual (do_layer_norm_before false)'} is not supported`,
        'opt-350m is the only such model; the other sizes are supported.',
      )
    const [hasBias, hasWeights] = [config.enable_bias, config.layer_norm_elementwise_affine]
    return {
      norm: { ...LAYER_NORM, hasWeight: hasWeights, hasBias: hasWeights },
      layerRopes: inEveryLayer(config, 'none' as const),
      // The first two rows are for padding.
      positionOffset: 2,
      queryKeyValueBias: hasBias,
      attentionOutputBias: hasBias,
      feedForwardBias: hasBias,
    }
  },
})
