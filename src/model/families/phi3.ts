/** Phi-3, Phi-3.5, Phi-4 and Phi-4-mini: transformers `models/phi3/modeling_phi3.py`. */
import { commonFields, windowFields, withDefaults } from './common-fields.ts'
import { inEveryLayer, type RopeFields } from './decoder.ts'
import { defineFamily, type CommonConfig } from './family.ts'
import { LLAMA_TENSOR_NAMES } from './llama.ts'
import { rotaryWidthOf } from './rope-rule.ts'
import { isOn, never } from '../config/off-values.ts'

const { query: _query, key: _key, value: _value, gate: _gate, up: _up, queryNorm: _queryNorm, keyNorm: _keyNorm, ...shared } = LLAMA_TENSOR_NAMES.layer

export const phi3 = defineFamily({
  modelType: 'phi3',
  architecture: 'Phi3ForCausalLM',
  fields: {
    ...withDefaults({
      vocab_size: 32_064,
      hidden_size: 3072,
      intermediate_size: 8192,
      num_hidden_layers: 32,
      num_attention_heads: 32,
      max_position_embeddings: 4096,
      rms_norm_eps: 1e-5,
    }),
    sliding_window: windowFields.sliding_window.unwrap(),
    original_max_position_embeddings: commonFields.original_max_position_embeddings.unwrap().unwrap().default(4096),
  },
  ignored: { attention_bias: (value) => value === true, mlp_bias: isOn, lm_head_bias: isOn, full_attn_mod: never, interpolate_factor: never },
  tensorNames: { ...LLAMA_TENSOR_NAMES, layer: { ...shared, queryKeyValue: 'self_attn.qkv_proj', gateUp: 'mlp.gate_up_proj' } },
  decoder: (config) => ({
    windows: inEveryLayer(config, config.sliding_window ?? Infinity),
    rotaryWidth: rotaryWidthOf(config, 1),
    ...longRope(config),
  }),
})

/** An older name of longrope: Phi-3 has no other scaling (`Phi3Config.convert_rope_params_to_dict`). */
function longRope({ rope_scaling: older, rope_parameters: newer }: CommonConfig): { readonly globalRope?: RopeFields } {
  const fields = older && Object.keys(older).length > 0 ? older : newer
  const type = fields?.rope_type ?? fields?.type
  return type === 'yarn' ? { globalRope: { rope_parameters: { ...fields, rope_type: 'longrope' }, rope_scaling: null } } : {}
}
