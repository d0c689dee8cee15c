/** Qwen3 with experts: transformers `models/qwen3_moe/modeling_qwen3_moe.py`. */
import { z } from 'zod'
import { commonFields, extent, windowFields, withDefaults } from './common-fields.ts'
import { attentionBiases, inEveryLayer, RMS_NORM } from './decoder.ts'
import { EXPERT_MODULES, qwenExpertFields, qwenSparseFields, qwenSparseLayers } from './expert-rule.ts'
import { defineFamily } from './family.ts'
import { LLAMA_TENSOR_NAMES } from './llama.ts'
import { switchedWindow } from './window-rule.ts'
import { isOn, never } from '../config/off-values.ts'

export const qwen3Moe = defineFamily({
  modelType: 'qwen3_moe',
  architecture: 'Qwen3MoeForCausalLM',
  fields: {
    ...withDefaults({
      vocab_size: 151_936,
      hidden_size: 2048,
      intermediate_size: 6144,
      num_hidden_layers: 24,
      num_attention_heads: 32,
      max_position_embeddings: 32_768,
      rms_norm_eps: 1e-6,
    }),
    ...qwenExpertFields,
    num_key_value_heads: commonFields.num_key_value_heads.default(4),
    attention_bias: z.boolean().default(false),
    use_sliding_window: z.boolean().default(false),
    sliding_window: windowFields.sliding_window,
    moe_intermediate_size: extent.default(768),
    num_experts: qwenExpertFields.num_experts.default(128),
    num_experts_per_tok: qwenExpertFields.num_experts_per_tok.default(8),
  },
  renamed: { num_local_experts: 'num_experts' },
  ignored: { mlp_bias: isOn, max_window_layers: never, output_router_logits: never, router_aux_loss_coef: never },
  tensorNames: { ...LLAMA_TENSOR_NAMES, layer: { ...LLAMA_TENSOR_NAMES.layer, ...EXPERT_MODULES } },
  decoder: (config) => ({
    ...attentionBiases(config.attention_bias),
    queryKeyNorm: { over: 'head', form: RMS_NORM },
    windows: inEveryLayer(config, switchedWindow(config) ?? Infinity),
    experts: {
      count: config.num_experts,
      chosen: config.num_experts_per_tok,
      width: config.moe_intermediate_size,
      isNormalized: config.norm_topk_prob,
      layers: qwenSparseLayers(config),
    },
  }),
  fieldsOfLayers: qwenSparseFields,
})
