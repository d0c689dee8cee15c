/** Gemma 1: transformers `models/gemma/modeling_gemma.py`. */
import { z } from 'zod'
import { commonFields, withDefaults } from './common-fields.ts'
import { attentionBiases, type Decoder, type NormForm } from './decoder.ts'
import { defineFamily } from './family.ts'
import { LLAMA_TENSOR_NAMES } from './llama.ts'
import { isOn, never } from '../config/off-values.ts'

/** The norm of Gemma: RMS times 1 + weight. */
export const GEMMA_NORM: NormForm = { kind: 'rms', hasWeight: true, hasBias: false, weightOffset: 1 }

/** Fields of all Gemma models. */
export const gemmaFields = {
  head_dim: commonFields.head_dim.default(256),
  attention_bias: z.boolean().default(false),
  tie_word_embeddings: z.boolean().default(true),
  use_bidirectional_attention: z.literal(false).nullish(),
}

/** What all Gemma models have. */
export function gemmaDecoder(config: { readonly hidden_size: number; readonly attention_bias: boolean }): Decoder {
  return {
    embeddingScale: Math.fround(Math.sqrt(config.hidden_size)),
    norm: GEMMA_NORM,
    ...attentionBiases(config.attention_bias),
  }
}

export const gemma = defineFamily({
  modelType: 'gemma',
  architecture: 'GemmaForCausalLM',
  fields: {
    ...withDefaults({
      vocab_size: 256_000,
      hidden_size: 3072,
      intermediate_size: 24_576,
      num_hidden_layers: 28,
      num_attention_heads: 16,
      max_position_embeddings: 8192,
      rms_norm_eps: 1e-6,
    }),
    ...gemmaFields,
    num_key_value_heads: commonFields.num_key_value_heads.default(16),
    hidden_act: z.string().default('gelu_pytorch_tanh'),
  },
  // hidden_activation was written beside hidden_act once; transformers reads hidden_act.
  ignored: { hidden_activation: never, mlp_bias: isOn, sliding_window: isOn },
  tensorNames: LLAMA_TENSOR_NAMES,
  decoder: (config) => ({
    ...gemmaDecoder(config),
    // Early checkpoints say gelu and mean its approximation.
    ...((config.hidden_act === 'gelu' || config.hidden_act === 'gelu_pytorch_tanh') && { activation: 'gelu-tanh' }),
  }),
})
