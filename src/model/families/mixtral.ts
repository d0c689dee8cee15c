/** Mixtral: transformers `models/mixtral/modeling_mixtral.py`. */
import { z } from 'zod'
import { commonFields, windowFields, withDefaults } from './common-fields.ts'
import { inEveryLayer } from './decoder.ts'
import { defineFamily } from './family.ts'
import { LLAMA_TENSOR_NAMES } from './llama.ts'
import { isOn, never } from '../config/off-values.ts'

const { gate: _gate, up: _up, down: _down, ...shared } = LLAMA_TENSOR_NAMES.layer

export const mixtral = defineFamily({
  modelType: 'mixtral',
  architecture: 'MixtralForCausalLM',
  fields: {
    ...withDefaults({
      vocab_size: 32_000,
      hidden_size: 4096,
      intermediate_size: 14_336,
      num_hidden_layers: 32,
      num_attention_heads: 32,
      max_position_embeddings: 131_072,
      rms_norm_eps: 1e-5,
    }),
    rope_theta: commonFields.rope_theta.default(1_000_000),
    num_key_value_heads: commonFields.num_key_value_heads.default(8),
    sliding_window: windowFields.sliding_window.unwrap(),
    num_experts_per_tok: z.number().int().positive().default(2),
    num_local_experts: z.number().int().positive().max(4096).default(8),
  },
  renamed: { num_experts: 'num_local_experts' },
  ignored: { attention_bias: isOn, mlp_bias: isOn, output_router_logits: never, router_aux_loss_coef: never, router_jitter_noise: never },
  tensorNames: {
    ...LLAMA_TENSOR_NAMES,
    layer: {
      ...shared,
      router: 'block_sparse_moe.gate',
      expertGate: 'block_sparse_moe.experts.{}.w1',
      expertUp: 'block_sparse_moe.experts.{}.w3',
      expertDown: 'block_sparse_moe.experts.{}.w2',
    },
  },
  decoder: (config) => ({
    windows: inEveryLayer(config, config.sliding_window ?? Infinity),
    experts: {
      count: config.num_local_experts,
      chosen: config.num_experts_per_tok,
      width: config.intermediate_size,
      isNormalized: true,
      layers: inEveryLayer(config, true),
    },
  }),
})
