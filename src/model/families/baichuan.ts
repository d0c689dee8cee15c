/** Baichuan2 7B and 13B: `modeling_baichuan.py` of their repositories on the hub; transformers has no class for it. */
import { z } from 'zod'
import { alibiSlopes } from './alibi.ts'
import { commonFields } from './common-fields.ts'
import { inEveryLayer } from './decoder.ts'
import { defineFamily } from './family.ts'
import { LLAMA_TENSOR_NAMES } from './llama.ts'
import { isOn, never } from '../config/off-values.ts'

const { query: _query, key: _key, value: _value, queryNorm: _queryNorm, keyNorm: _keyNorm, ...shared } = LLAMA_TENSOR_NAMES.layer

/** Vocabulary of Baichuan 1, whose head is an ordinary one. */
const FIRST_VOCABULARY = 64_000

export const baichuan = defineFamily({
  modelType: 'baichuan',
  architecture: 'BaichuanForCausalLM',
  olderArchitectures: ['BaiChuanForCausalLM'],
  fields: {
    max_position_embeddings: commonFields.max_position_embeddings.optional(),
    model_max_length: z.number().int().positive().default(4096),
  },
  ignored: { attention_bias: isOn, mlp_bias: isOn, z_loss_weight: never },
  tensorNames: { ...LLAMA_TENSOR_NAMES, layer: { ...shared, queryKeyValue: 'self_attn.W_pack' } },
  decoder: (config) => ({
    // Only the 13B model has linear biases, and only its config has no max_position_embeddings.
    ...(config.max_position_embeddings === undefined && {
      maxPositions: config.model_max_length,
      layerRopes: inEveryLayer(config, 'none' as const),
      alibi: { slopes: alibiSlopes(config.num_attention_heads), isRounded: false },
    }),
    isHeadNormalized: config.vocab_size !== FIRST_VOCABULARY,
  }),
})
