/** The text model of Gemma 3: transformers `models/gemma3/modeling_gemma3.py`. */
import { z } from 'zod'
import { withDefaults } from './common-fields.ts'
import { defineFamily } from './family.ts'
import { gemma2Decoder, gemma2Fields, GEMMA2_TENSOR_NAMES } from './gemma2.ts'
import { GEMMA_NORM } from './gemma.ts'
import { layerRopesOf, ropeByLayerType } from './rope-rule.ts'
import { layerTypeFields, windowsOf } from './window-rule.ts'
import { isOn, never } from '../config/off-values.ts'

export const gemma3 = defineFamily({
  modelType: 'gemma3_text',
  architecture: 'Gemma3ForCausalLM',
  fields: {
    ...withDefaults({
      vocab_size: 262_208,
      hidden_size: 2304,
      intermediate_size: 9216,
      num_hidden_layers: 26,
      num_attention_heads: 8,
      max_position_embeddings: 131_072,
      rms_norm_eps: 1e-6,
    }),
    ...gemma2Fields,
    final_logit_softcapping: z.number().positive().nullable().default(null),
    sliding_window_pattern: z.number().int().positive().default(6),
    rope_local_base_freq: z.number().positive().default(10_000),
  },
  renamed: { hidden_activation: 'hidden_act' },
  ignored: { attn_logit_softcapping: isOn, mlp_bias: isOn, cache_implementation: never, _sliding_window_pattern: never },
  tensorNames: GEMMA2_TENSOR_NAMES,
  decoder(config, file) {
    const windows = windowsOf(
      config,
      { window: config.sliding_window, slides: (layer) => (layer + 1) % config.sliding_window_pattern !== 0, switch: 'sliding_window' },
      file,
    )
    return {
      ...gemma2Decoder({ ...config, attn_logit_softcapping: null }),
      queryKeyNorm: { over: 'head', form: GEMMA_NORM },
      windows,
      layerRopes: layerRopesOf(windows),
      ...ropeByLayerType(config, { global: 1_000_000, local: config.rope_local_base_freq }, file),
    }
  },
  fieldsOfLayers: layerTypeFields,
})
