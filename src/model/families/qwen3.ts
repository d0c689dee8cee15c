/** Qwen3: transformers `models/qwen3/configuration_qwen3.py`. */
import { z } from 'zod'
import { isOn } from '../config/off-values.ts'
import { commonFields } from './common-fields.ts'
import { attentionBiases, RMS_NORM } from './decoder.ts'
import { defineFamily } from './family.ts'
import { LLAMA_TENSOR_NAMES } from './llama.ts'
import { qwenDefaults, qwenWindowFields, qwenWindows } from './qwen2.ts'

export const qwen3 = defineFamily({
  modelType: 'qwen3',
  architecture: 'Qwen3ForCausalLM',
  fields: {
    ...qwenDefaults,
    num_key_value_heads: commonFields.num_key_value_heads.default(32),
    head_dim: commonFields.head_dim.transform((width) => width ?? 128),
    attention_bias: z.boolean().default(false),
    ...qwenWindowFields,
  },
  ignored: { mlp_bias: isOn },
  tensorNames: LLAMA_TENSOR_NAMES,
  decoder: (config, file) => ({
    ...attentionBiases(config.attention_bias),
    queryKeyNorm: { over: 'head', form: RMS_NORM },
    windows: qwenWindows(config, file),
  }),
})
