/** InternLM2 and InternLM2.5: `modeling_internlm2.py` of its repositories on the hub; transformers has no class for it. */
import { z } from 'zod'
import { attentionBiases } from './decoder.ts'
import { defineFamily } from './family.ts'
import type { TensorNames } from './tensor-names.ts'
import { isOn, never } from '../config/off-values.ts'

const NAMES: TensorNames = {
  base: 'model.',
  layers: 'model.layers.',
  layer: {
    inputNorm: 'attention_norm',
    queryKeyValue: 'attention.wqkv',
    attentionOutput: 'attention.wo',
    feedForwardNorm: 'ffn_norm',
    gate: 'feed_forward.w1',
    up: 'feed_forward.w3',
    down: 'feed_forward.w2',
  },
  embeddings: 'model.tok_embeddings.weight',
  finalNorm: 'model.norm',
  head: 'output.weight',
  buffers: ['.rotary_emb.inv_freq'],
  queryKeyValueRows: 'groups',
}

export const internlm2 = defineFamily({
  modelType: 'internlm2',
  architecture: 'InternLM2ForCausalLM',
  fields: { bias: z.boolean().default(true) },
  ignored: { attention_bias: isOn, mlp_bias: isOn, pretraining_tp: never },
  tensorNames: NAMES,
  decoder: (config) => ({ ...attentionBiases(config.bias) }),
})
