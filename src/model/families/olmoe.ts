/** OLMoE: transformers `models/olmoe/modeling_olmoe.py`. */
import { z } from 'zod'
import { withDefaults } from './common-fields.ts'
import { attentionBiases, inEveryLayer, RMS_NORM } from './decoder.ts'
import { EXPERT_MODULES, qwenExpertFields } from './expert-rule.ts'
import { defineFamily } from './family.ts'
import { LLAMA_TENSOR_NAMES } from './llama.ts'
import { isOn, never } from '../config/off-values.ts'

const { gate: _gate, up: _up, down: _down, ...shared } = LLAMA_TENSOR_NAMES.layer

export const olmoe = defineFamily({
  modelType: 'olmoe',
  architecture: 'OlmoeForCausalLM',
  fields: {
    ...withDefaults({
      vocab_size: 50_304,
      hidden_size: 2048,
      intermediate_size: 2048,
      num_hidden_layers: 16,
      num_attention_heads: 16,
      max_position_embeddings: 4096,
      rms_norm_eps: 1e-5,
    }),
    attention_bias: z.boolean().default(false),
    clip_qkv: z.number().positive().nullish(),
    norm_topk_prob: z.boolean().default(false),
    num_experts: qwenExpertFields.num_experts.default(64),
    num_experts_per_tok: qwenExpertFields.num_experts_per_tok.default(8),
  },
  renamed: { num_local_experts: 'num_experts' },
  ignored: { mlp_bias: isOn, output_router_logits: never, router_aux_loss_coef: never },
  tensorNames: { ...LLAMA_TENSOR_NAMES, layer: { ...shared, ...EXPERT_MODULES } },
  decoder: (config) => ({
    ...attentionBiases(config.attention_bias),
    queryKeyNorm: { over: 'width', form: RMS_NORM },
    ...(config.clip_qkv != null && { projectionClip: config.clip_qkv }),
    experts: {
      count: config.num_experts,
      chosen: config.num_experts_per_tok,
      width: config.intermediate_size,
      isNormalized: config.norm_topk_prob,
      layers: inEveryLayer(config, true),
    },
  }),
})
