import { expect, test } from 'vitest'
import { explainUnsupportedModel } from '../../../src/model/config/unsupported-model.ts'

test.each([
  [{ architectures: ['T5ForConditionalGeneration'], model_type: 't5', is_encoder_decoder: true }, 'an encoder-decoder model'],
  [{ model_type: 'bart' }, 'an encoder-decoder model'],
  [{ architectures: ['LlavaForConditionalGeneration'], model_type: 'llava', vision_config: {}, text_config: {} }, 'a multimodal model'],
  [{ architectures: ['Qwen2AudioForConditionalGeneration'], audio_config: {} }, 'a multimodal model'],
  [{ architectures: ['BertForMaskedLM'], model_type: 'bert' }, 'an encoder, which fills in masked words'],
  [{ architectures: ['MistralForSequenceClassification'], model_type: 'mistral' }, 'a classifier'],
  [{ architectures: ['MambaForCausalLM'], model_type: 'mamba' }, 'a state-space or recurrent model'],
  [{ model_type: 'jamba' }, 'or a hybrid with such layers'],
  [{ model_type: 'new', mamba_d_state: 16 }, 'a state-space'],
  [{ architectures: ['Qwen3NextForCausalLM'], model_type: 'qwen3_next' }, 'a model with linear attention'],
  [{ model_type: 'new', linear_conv_kernel_dim: 4 }, 'a model with linear attention'],
  [{ architectures: ['DeepseekV3ForCausalLM'], model_type: 'deepseek_v3' }, 'multi-head latent attention (MLA)'],
  [{ model_type: 'deepseek_v2' }, 'MLA'],
  [{ model_type: 'new', kv_lora_rank: 512 }, 'MLA'],
])('%j is said to be what it is', (config, kind) => expect(explainUnsupportedModel(config)).toContain(kind))

test.each([[{ architectures: ['NewForCausalLM'], model_type: 'new' }], [{ model_type: 'new', kv_lora_rank: null }], [{}], ['text'], [null]])(
  'of %j nothing is known',
  (config) => {
    expect(explainUnsupportedModel(config)).toBeUndefined()
  },
)
