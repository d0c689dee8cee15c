/** Gemma 2: transformers `models/gemma2/modeling_gemma2.py`. */
import { z } from 'zod'
import { commonFields, windowFields, withDefaults } from './common-fields.ts'
import type { Decoder } from './decoder.ts'
import { defineFamily } from './family.ts'
import { gemmaDecoder, gemmaFields } from './gemma.ts'
import { LLAMA_TENSOR_NAMES } from './llama.ts'
import type { TensorNames } from './tensor-names.ts'
import { layerTypeFields, windowsOf } from './window-rule.ts'
import { isOn, never } from '../config/off-values.ts'

/** Norms before and after attention and feed-forward. */
export const GEMMA2_TENSOR_NAMES: TensorNames = {
  ...LLAMA_TENSOR_NAMES,
  layer: {
    ...LLAMA_TENSOR_NAMES.layer,
    attentionOutputNorm: 'post_attention_layernorm',
    feedForwardNorm: 'pre_feedforward_layernorm',
    feedForwardOutputNorm: 'post_feedforward_layernorm',
  },
}

/** Fields of Gemma 2 and 3. */
export const gemma2Fields = {
  ...gemmaFields,
  ...windowFields,
  num_key_value_heads: commonFields.num_key_value_heads.default(4),
  hidden_act: z.string().default('gelu_pytorch_tanh'),
  query_pre_attn_scalar: z.number().positive().default(256),
}

/** What Gemma 2 and 3 have in common. */
export function gemma2Decoder(
  config: Parameters<typeof gemmaDecoder>[0] & {
    readonly query_pre_attn_scalar: number
    readonly attn_logit_softcapping: number | null
    readonly final_logit_softcapping: number | null
  },
): Decoder {
  const { query_pre_attn_scalar: scale, attn_logit_softcapping: attentionCap, final_logit_softcapping: logitCap } = config
  return {
    ...gemmaDecoder(config),
    attentionScale: scale ** -0.5,
    ...(attentionCap !== null && { attentionSoftcap: attentionCap }),
    ...(logitCap !== null && { logitSoftcap: logitCap }),
  }
}

const cap = z.number().positive().nullable()

export const gemma2 = defineFamily({
  modelType: 'gemma2',
  architecture: 'Gemma2ForCausalLM',
  fields: {
    ...withDefaults({
      vocab_size: 256_000,
      hidden_size: 2304,
      intermediate_size: 9216,
      num_hidden_layers: 26,
      num_attention_heads: 8,
      max_position_embeddings: 8192,
      rms_norm_eps: 1e-6,
    }),
    ...gemma2Fields,
    attn_logit_softcapping: cap.default(50),
    final_logit_softcapping: cap.default(30),
  },
  renamed: { hidden_activation: 'hidden_act' },
  ignored: { mlp_bias: isOn, cache_implementation: never, sliding_window_size: never },
  tensorNames: GEMMA2_TENSOR_NAMES,
  decoder(config, file) {
    const windows = windowsOf(config, { window: config.sliding_window, slides: (layer) => layer % 2 === 0, switch: 'sliding_window' }, file)
    return { ...gemma2Decoder(config), windows }
  },
  fieldsOfLayers: layerTypeFields,
})
