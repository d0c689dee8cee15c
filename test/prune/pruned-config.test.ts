/** config.json of a pruned model. */
import { expect, test } from 'vitest'
import { parsePythonJson } from '../../src/io/parse-json.ts'
import { dropLayers } from '../../src/prune/collapsed-layer.ts'
import { prunedConfigText } from '../../src/prune/pruned-config.ts'

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
  expect(prunedConfigText(text, dropLayers(4, new Set([1])), 4)).toBe(`{
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
  expect(JSON.parse(prunedConfigText(JSON.stringify({ num_hidden_layers: 36, max_window_layers: before }), layers, 36))).toEqual({
    num_hidden_layers: 26,
    max_window_layers: after,
  })
})

test('a count that the original leaves out is written, and a number that JSON does not have stays', () => {
  const text = '{ "limit": Infinity, "layer_types": ["full_attention", "sliding_attention"] }'
  const pruned = prunedConfigText(text, dropLayers(2, new Set([0])), 2)
  expect(pruned).toMatch(/"limit": Infinity,/u)
  expect(parsePythonJson(pruned)).toEqual({ limit: 'Infinity', layer_types: ['sliding_attention'], num_hidden_layers: 1 })
})
