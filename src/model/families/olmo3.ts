/** OLMo 3: transformers `models/olmo3/modeling_olmo3.py`. */
import { windowFields } from './common-fields.ts'
import { attentionBiases, RMS_NORM } from './decoder.ts'
import { defineFamily } from './family.ts'
import { olmoFields } from './olmo.ts'
import { OLMO2_TENSOR_NAMES } from './olmo2.ts'
import { layerRopesOf, ropeByLayerType } from './rope-rule.ts'
import { layerTypeFields, windowsOf } from './window-rule.ts'
import { isOn } from '../config/off-values.ts'

const THETA = 500_000

export const olmo3 = defineFamily({
  modelType: 'olmo3',
  architecture: 'Olmo3ForCausalLM',
  fields: {
    ...olmoFields,
    ...windowFields,
  },
  ignored: { mlp_bias: isOn, clip_qkv: isOn },
  tensorNames: OLMO2_TENSOR_NAMES,
  decoder(config, file) {
    const windows = windowsOf(config, { window: config.sliding_window, slides: (layer) => (layer + 1) % 4 !== 0, switch: 'sliding_window' }, file)
    return {
      ...attentionBiases(config.attention_bias),
      queryKeyNorm: { over: 'width', form: RMS_NORM },
      windows,
      layerRopes: layerRopesOf(windows),
      ...ropeByLayerType(config, { global: THETA, local: THETA }, file),
    }
  },
  fieldsOfLayers: layerTypeFields,
})
