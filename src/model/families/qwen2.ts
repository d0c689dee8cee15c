/** Qwen2 and Qwen2.5: transformers `models/qwen2/configuration_qwen2.py`. */
import { z } from 'zod'
import { isOn, never } from '../config/off-values.ts'
import { commonFields, windowFields, withDefaults } from './common-fields.ts'
import { defineFamily, type CommonConfig } from './family.ts'
import { LLAMA_TENSOR_NAMES } from './llama.ts'
import { switchedWindow, windowsOf } from './window-rule.ts'

/** Sizes of the config classes of Qwen2 and Qwen3. */
export const qwenDefaults = withDefaults({
  vocab_size: 151_936,
  hidden_size: 4096,
  intermediate_size: 22_016,
  num_hidden_layers: 32,
  num_attention_heads: 32,
  max_position_embeddings: 32_768,
  rms_norm_eps: 1e-6,
})

/** The window rule of Qwen: off unless switched on, and then for the layers from `max_window_layers` on. */
export const qwenWindowFields = {
  ...windowFields,
  use_sliding_window: z.boolean().default(false),
  max_window_layers: z.number().int().nonnegative().default(28),
}

/** Windows of a Qwen model. */
export function qwenWindows(config: CommonConfig & z.infer<z.ZodObject<typeof qwenWindowFields>>, file: string): number[] {
  const slides = (layer: number) => layer >= config.max_window_layers
  return windowsOf(config, { window: switchedWindow(config), slides, switch: 'use_sliding_window and sliding_window' }, file)
}

export const qwen2 = defineFamily({
  modelType: 'qwen2',
  architecture: 'Qwen2ForCausalLM',
  fields: {
    ...qwenDefaults,
    num_key_value_heads: commonFields.num_key_value_heads.default(32),
    ...qwenWindowFields,
  },
  // Biases are fixed: queries, keys and values have them. Older configs say so in attention_bias.
  ignored: { attention_bias: never, mlp_bias: isOn },
  tensorNames: LLAMA_TENSOR_NAMES,
  decoder: (config, file) => ({ queryKeyValueBias: true, windows: qwenWindows(config, file) }),
})
