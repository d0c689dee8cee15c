/** OLMo 3: transformers `models/olmo3/modeling_olmo3.py`. */
import { z } from 'zod'
import { windowFields, withDefaults } from './common-fields.ts'
import { RMS_NORM } from './decoder.ts'
import { defineFamily } from './family.ts'
import { OLMO2_TENSOR_NAMES } from './olmo2.ts'
import { layerRopesOf, ropeByLayerType } from './rope-rule.ts'
import { layerTypesOf, windowsOf } from './window-rule.ts'
import { isOn } from '../config/off-values.ts'

const THETA = 500_000

export const olmo3 = defineFamily({
  modelType: 'olmo3',
  architecture: 'Olmo3ForCausalLM',
  fields: {
    ...withDefaults({
      vocab_size: 50_304,
      hidden_size: 4096,
      intermediate_size: 11_008,
      num_hidden_layers: 32,
      num_attention_heads: 32,
      max_position_embeddings: 2048,
      rms_norm_eps: 1e-5,
    }),
    attention_bias: z.boolean().default(false),
    ...windowFields,
  },
  ignored: { mlp_bias: isOn, clip_qkv: isOn },
  tensorNames: OLMO2_TENSOR_NAMES,
  decoder(config, file) {
    const { num_hidden_layers: layerCount, sliding_window: window, layer_types: layerTypes } = config
    const windows = windowsOf({ layerCount, window, layerTypes, slides: (layer) => (layer + 1) % 4 !== 0, switch: 'sliding_window' }, file)
    return {
      queryKeyValueBias: config.attention_bias,
      attentionOutputBias: config.attention_bias,
      queryKeyNorm: { over: 'width', form: RMS_NORM },
      windows,
      layerRopes: layerRopesOf(windows),
      ...ropeByLayerType(config, { global: THETA, local: THETA }),
    }
  },
  fieldsOfLayers: ({ windows }, kept) => ({ layer_types: layerTypesOf(windows!, kept) }),
})
