/** The registry, and the parts of the decoder that each family declares; log-probabilities are in test/engine/onnx/families.test.ts. */
import { expect, test } from 'vitest'
import { parseConfig } from '../../../src/model/config/config.ts'
import { numberedLayers } from '../../../src/model/config/kept-layers.ts'
import { RMS_NORM } from '../../../src/model/families/decoder.ts'
import { FAMILIES, familyOfArchitecture, familyOfModelType } from '../../../src/model/families/families.ts'
import { expectedTensors } from '../../../src/model/weights/expected-tensors.ts'

const SHAPE = {
  hidden_size: 64,
  intermediate_size: 128,
  num_hidden_layers: 30,
  num_attention_heads: 32,
  vocab_size: 100,
  max_position_embeddings: 256,
  rms_norm_eps: 1e-6,
}

test('no two families have the same model_type or architecture, older names included', () => {
  const types = FAMILIES.map(({ modelType }) => modelType)
  const names = FAMILIES.flatMap(({ architecture, olderArchitectures = [] }) => [architecture, ...olderArchitectures])
  expect(new Set(types).size).toBe(types.length)
  expect(new Set(names).size).toBe(names.length)
})

test('a family is found by its type, its class and an older name of the class', () => {
  expect(familyOfModelType('llama')).toBe(familyOfArchitecture('LlamaForCausalLM'))
  expect(familyOfArchitecture('LLaMAForCausalLM')).toBe(familyOfModelType('llama'))
  expect(familyOfModelType('mamba')).toBeUndefined()
})

// Defaults of the config classes of transformers 5.24.0.
test.each([
  ['llama', { keyValueHeadCount: 32, headSize: 2, queryKeyValueBias: false }, undefined, [Infinity, Infinity]],
  ['mistral', { keyValueHeadCount: 8, headSize: 2, queryKeyValueBias: false }, undefined, [4096, 4096]],
  ['qwen2', { keyValueHeadCount: 32, headSize: 2, queryKeyValueBias: true }, undefined, [Infinity, Infinity]],
  ['qwen3', { keyValueHeadCount: 32, headSize: 128, queryKeyValueBias: false }, { over: 'head', form: RMS_NORM }, [Infinity, Infinity]],
])('%s has the defaults of its config class', (type, expected, queryKeyNorm, [first, last]) => {
  const config = parseConfig({ ...SHAPE, model_type: type }, 'config.json')
  expect(config).toMatchObject({ family: type, attentionOutputBias: false, feedForwardBias: false, ...expected })
  expect(config.queryKeyNorm).toEqual(queryKeyNorm)
  expect([config.windows[0], config.windows.at(-1)]).toEqual([first, last])
})

test('a Qwen2 model with windows has them from layer 28 on by default', () => {
  const { windows } = parseConfig({ ...SHAPE, model_type: 'qwen2', use_sliding_window: true }, 'config.json')
  expect(windows.map((window) => window === 4096)).toEqual(Array.from({ length: 30 }, (_, layer) => layer >= 28))
})

// `AutoConfig.for_model('phi3', …).rope_parameters` of transformers 5.24.0.
test.each([
  ['nowhere', {}, {}, 4096],
  ['beside the factors', { original_max_position_embeddings: 64 }, {}, 4096],
  ['at top level', {}, { original_max_position_embeddings: 64 }, 64],
  ['at top level, the type yarn', { type: 'yarn' }, { original_max_position_embeddings: 64 }, 64],
])('Phi-3 with longrope and the trained length %s has the default of its config class there', (_, scaling, top, originalMaxPositions) => {
  const factors = { short_factor: [1, 1], long_factor: [2, 2] }
  const config = { ...SHAPE, num_attention_heads: 16, model_type: 'phi3', rope_scaling: { type: 'longrope', ...factors, ...scaling }, ...top }
  expect(parseConfig(config, 'config.json').rope).toMatchObject({ kind: 'longrope', originalMaxPositions })
})

test('OPT has norms after the residual and projections between embeddings and hidden states if its config says so', () => {
  const namesOf = (more: object) => expectedTensors(parseConfig({ ...SHAPE, num_hidden_layers: 1, model_type: 'opt', ...more }, 'config.json'))
  const narrow = namesOf({ word_embed_proj_dim: 24, do_layer_norm_before: false })
  const outside = narrow.filter(({ layer }) => layer === undefined).map(({ name, shape }) => [name.replace('model.decoder.', ''), shape.join('×')])
  expect(outside).toEqual([
    ['embed_tokens.weight', '100×24'],
    ['project_in.weight', '64×24'],
    ['embed_positions.weight', '258×64'],
    ['project_out.weight', '24×64'],
  ])
  expect(narrow.map(({ role }) => role)).toEqual(expect.arrayContaining(['attentionSumNorm', 'feedForwardSumNorm']))
  expect(namesOf({}).map(({ role }) => role)).toEqual(expect.arrayContaining(['inputNorm', 'feedForwardNorm', 'finalNorm']))
})

test('GPT-2 divides the scores of a layer by its number if its config says so, and then cannot lose layers', () => {
  const config = (more: object) => parseConfig({ ...SHAPE, hidden_size: 128, num_hidden_layers: 2, model_type: 'gpt2', ...more }, 'config.json')
  const scaled = config({ scale_attn_by_inverse_layer_idx: true })
  expect(scaled.attentionScales).toEqual([0.5, 0.25])
  expect(config({ scale_attn_by_inverse_layer_idx: true, scale_attn_weights: false }).attentionScales).toEqual([1, 0.5])
  expect(numberedLayers(scaled)).toMatch('scale_attn_by_inverse_layer_idx')
  expect(numberedLayers(config({}))).toBeUndefined()
})

test.each(FAMILIES.map(({ modelType }) => modelType))('%s names every tensor once, and roles and layers agree with the names', (type) => {
  const config = parseConfig({ ...SHAPE, hidden_size: 512, num_hidden_layers: 2, model_type: type, tie_word_embeddings: false }, 'config.json')
  const tensors = expectedTensors(config)
  expect(new Set(tensors.map(({ name }) => name)).size).toBe(tensors.length)
  for (const { name, layer } of tensors) expect(name.startsWith(config.tensorNames.layers)).toBe(layer !== undefined)
  expect(tensors.filter(({ role, shape }) => role === 'head' && shape.length === 2).map(({ name }) => name)).toEqual([config.tensorNames.head])
})
