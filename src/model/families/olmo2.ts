/** OLMo 2: transformers `models/olmo2/modeling_olmo2.py`. */
import { attentionBiases, RMS_NORM } from './decoder.ts'
import { defineFamily } from './family.ts'
import { LLAMA_TENSOR_NAMES } from './llama.ts'
import { olmoFields } from './olmo.ts'
import type { TensorNames } from './tensor-names.ts'
import { isOn } from '../config/off-values.ts'

const { inputNorm: _inputNorm, feedForwardNorm: _feedForwardNorm, ...shared } = LLAMA_TENSOR_NAMES.layer

/** Norms stand after attention and feed-forward only. */
export const OLMO2_TENSOR_NAMES: TensorNames = {
  ...LLAMA_TENSOR_NAMES,
  layer: { ...shared, attentionOutputNorm: 'post_attention_layernorm', feedForwardOutputNorm: 'post_feedforward_layernorm' },
}

export const olmo2 = defineFamily({
  modelType: 'olmo2',
  architecture: 'Olmo2ForCausalLM',
  fields: olmoFields,
  ignored: { mlp_bias: isOn, clip_qkv: isOn },
  tensorNames: OLMO2_TENSOR_NAMES,
  decoder: (config) => ({
    ...attentionBiases(config.attention_bias),
    queryKeyNorm: { over: 'width', form: RMS_NORM },
  }),
})
