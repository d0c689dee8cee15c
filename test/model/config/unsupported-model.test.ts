import { expect, test } from 'vitest'
import { explainUnsupportedModel } from '../../../src/model/config/unsupported-model.ts'

test.each([
  [{ architectures: ['T5ForConditionalGeneration'], model_type: 't5', is_encoder_decoder: true }, 'an encoder-decoder model'],
  [{ model_type: 'bart' }, 'an encoder-decoder model'],
  [{ architectures: ['LlavaForConditionalGeneration'], model_type: 'llava', vision_config: {}, text_config: {} }, 'a multimodal model'],
  [{ architectures: ['Qwen2AudioForConditionalGeneration'], audio_config: {} }, 'a multimodal model'],
  [{ architectures: ['BertForMaskedLM'], model_type: 'bert' }, 'an encoder, which fills in masked words'],
  [{ architectures: ['MistralForSequenceClassification'], model_type: 'mistral' }, 'a classifier'],
])('%j is said to be what it is', (config, kind) => expect(explainUnsupportedModel(config)).toContain(kind))

test.each([[{ architectures: ['MambaForCausalLM'], model_type: 'mamba' }], [{}], ['text'], [null]])('of %j nothing is known', (config) => {
  expect(explainUnsupportedModel(config)).toBeUndefined()
})
