/** config.json of a pruned model. */
import { expect, test } from 'vitest'
import { parsePythonJson } from '../../src/io/parse-json.ts'
import { dropLayers } from '../../src/prune/collapsed-layer.ts'
import { parseConfig } from '../../src/model/config/config.ts'
import { prunedConfigText } from '../../src/prune/pruned-config.ts'

const qwen3 = (layerCount: number) => parseConfig({ model_type: 'qwen3', num_hidden_layers: layerCount }, 'config.json')

test('counts and lists of layers change, and nothing else: not the spelling of numbers, not the order', () => {
  const text = `{
  "architectures": ["Qwen3ForCausalLM"],
  "eos_token_id": [1, 2, 3, 4],
  "layer_types": ["full_attention", "sliding_attention", "full_attention", "sliding_attention"],
  "max_window_layers": 3,
  "num_hidden_layers": 4,
  "rope_theta": 1000000.0,
  "rms_norm_eps": 1e-06
}
`
  expect(prunedConfigText(text, dropLayers(4, new Set([1])), qwen3(4))).toBe(`{
  "architectures": ["Qwen3ForCausalLM"],
  "eos_token_id": [1, 2, 3, 4],
  "layer_types": [
    "full_attention",
    "full_attention",
    "sliding_attention"
  ],
  "max_window_layers": 2,
  "num_hidden_layers": 3,
  "rope_theta": 1000000.0,
  "rms_norm_eps": 1e-06
}
`)
})

test.each([
  [36, 26],
  [28, 18],
  [20, 17],
  [4, 4],
])('with layers 17 to 26 of 36 gone, max_window_layers %d becomes %d: each layer keeps its kind of attention', (before, after) => {
  const layers = dropLayers(36, new Set(Array.from({ length: 10 }, (_, index) => 17 + index)))
  expect(JSON.parse(prunedConfigText(JSON.stringify({ num_hidden_layers: 36, max_window_layers: before }), layers, qwen3(36)))).toEqual({
    num_hidden_layers: 26,
    max_window_layers: after,
  })
})

test('a count that the original leaves out is written, and a number that JSON does not have stays', () => {
  const text = '{ "limit": Infinity, "layer_types": ["full_attention", "sliding_attention"] }'
  const pruned = prunedConfigText(text, dropLayers(2, new Set([0])), qwen3(2))
  expect(pruned).toMatch(/"limit": Infinity,/u)
  expect(parsePythonJson(pruned)).toEqual({ limit: 'Infinity', layer_types: ['sliding_attention'], num_hidden_layers: 1 })
})

test.each([
  // By default every other layer of Gemma 2 has a window, from the first on.
  [{ model_type: 'gemma2', num_hidden_layers: 4 }, [0], { layer_types: ['full_attention', 'sliding_attention', 'full_attention'], num_hidden_layers: 3 }],
  [
    { model_type: 'smollm3', num_hidden_layers: 4, no_rope_layer_interval: 2 },
    [1],
    { layer_types: ['full_attention', 'full_attention', 'full_attention'], no_rope_layers: [1, 1, 0], num_hidden_layers: 3 },
  ],
  // A list of layers, not of one entry for each.
  [{ model_type: 'qwen3_moe', num_hidden_layers: 3, mlp_only_layers: [0, 2, 5] }, [0], { mlp_only_layers: [1], decoder_sparse_step: 1, num_hidden_layers: 2 }],
  [{ model_type: 'gpt2', n_layer: 3, n_embd: 768 }, [1], { n_layer: 2 }],
])('without a layer, %o keeps the kind of each other layer', (content, dropped, changed) => {
  const config = parseConfig(content, 'config.json')
  const pruned = prunedConfigText(JSON.stringify(content), dropLayers(config.layerCount, new Set(dropped)), config)
  expect(JSON.parse(pruned)).toEqual({ ...content, ...changed })
})
