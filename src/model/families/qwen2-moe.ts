/** Qwen1.5 and Qwen2 with experts: transformers `models/qwen2_moe/modeling_qwen2_moe.py`. */
import { z } from 'zod'
import { commonFields, extent, withDefaults } from './common-fields.ts'
import { EXPERT_MODULES, qwenExpertFields, qwenSparseFields, qwenSparseLayers } from './expert-rule.ts'
import { defineFamily } from './family.ts'
import { LLAMA_TENSOR_NAMES } from './llama.ts'
import { qwenWindowFields } from './qwen2.ts'
import { layerTypeFields, switchedWindow, windowsOf } from './window-rule.ts'
import { isOn, never } from '../config/off-values.ts'

const SHARED_MODULES = {
  sharedGate: 'mlp.shared_expert.gate_proj',
  sharedUp: 'mlp.shared_expert.up_proj',
  sharedDown: 'mlp.shared_expert.down_proj',
  sharedSwitch: 'mlp.shared_expert_gate',
}

export const qwen2Moe = defineFamily({
  modelType: 'qwen2_moe',
  architecture: 'Qwen2MoeForCausalLM',
  fields: {
    ...withDefaults({
      vocab_size: 151_936,
      hidden_size: 2048,
      intermediate_size: 5632,
      num_hidden_layers: 24,
      num_attention_heads: 16,
      max_position_embeddings: 32_768,
      rms_norm_eps: 1e-6,
    }),
    ...qwenExpertFields,
    ...qwenWindowFields,
    num_key_value_heads: commonFields.num_key_value_heads.default(16),
    qkv_bias: z.boolean().default(true),
    moe_intermediate_size: extent.default(1408),
    shared_expert_intermediate_size: extent.default(5632),
    num_experts: qwenExpertFields.num_experts.default(60),
    num_experts_per_tok: qwenExpertFields.num_experts_per_tok.default(4),
  },
  ignored: { attention_bias: never, mlp_bias: isOn, output_router_logits: never, router_aux_loss_coef: never },
  tensorNames: { ...LLAMA_TENSOR_NAMES, layer: { ...LLAMA_TENSOR_NAMES.layer, ...EXPERT_MODULES, ...SHARED_MODULES } },
  decoder(config, file) {
    // Unlike Qwen2: every other one of the first layers.
    const slides = (layer: number) => layer % 2 === 0 && layer < config.max_window_layers
    return {
      queryKeyValueBias: config.qkv_bias,
      windows: windowsOf(config, { window: switchedWindow(config), slides, switch: 'use_sliding_window and sliding_window' }, file),
      experts: {
        count: config.num_experts,
        chosen: config.num_experts_per_tok,
        width: config.moe_intermediate_size,
        isNormalized: config.norm_topk_prob,
        sharedWidth: config.shared_expert_intermediate_size,
        layers: qwenSparseLayers(config),
      },
    }
  },
  fieldsOfLayers: (decoder, kept) => ({ ...qwenSparseFields(decoder, kept), ...layerTypeFields(decoder, kept) }),
})
