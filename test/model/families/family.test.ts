/**
 * Families that are not in src/: each is declared here, and its checkpoint scores as in transformers (scripts/make-declared-goldens.py). They have the parts
 * of a decoder that no family in src/ has.
 */
import path from 'node:path'
import { readFileSync } from 'node:fs'
import { afterAll, expect, test } from 'vitest'
import { z } from 'zod'
import { never } from '../../../src/model/config/off-values.ts'
import { readConfig } from '../../../src/model/config/config.ts'
import { alibiSlopes } from '../../../src/model/families/alibi.ts'
import { attentionBiases, inEveryLayer, LAYER_NORM } from '../../../src/model/families/decoder.ts'
import { defineFamily } from '../../../src/model/families/family.ts'
import { LLAMA_TENSOR_NAMES } from '../../../src/model/families/llama.ts'
import { readWeights } from '../../../src/model/weights/weights.ts'
import { startSessionProcess } from '../../../src/engine/onnx/session-process.ts'
import { differencesOfModel } from '../../graph/run-device-graph.ts'
import { scoreInPasses } from '../../engine/onnx/score-in-passes.ts'
import type { GoldenRequest } from '../runnable/score-runnable.ts'

const bloom = defineFamily({
  modelType: 'bloom',
  architecture: 'BloomForCausalLM',
  fields: { intermediate_size: z.number().optional(), max_position_embeddings: z.number().default(2048) },
  renamed: { n_layer: 'num_hidden_layers', n_head: 'num_attention_heads', layer_norm_epsilon: 'rms_norm_eps' },
  ignored: { apply_residual_connection_post_layernorm: never, slow_but_exact: never },
  tensorNames: {
    base: 'transformer.',
    layers: 'transformer.h.',
    layer: {
      inputNorm: 'input_layernorm',
      queryKeyValue: 'self_attention.query_key_value',
      attentionOutput: 'self_attention.dense',
      feedForwardNorm: 'post_attention_layernorm',
      up: 'mlp.dense_h_to_4h',
      down: 'mlp.dense_4h_to_h',
    },
    embeddings: 'transformer.word_embeddings.weight',
    embeddingNorm: 'transformer.word_embeddings_layernorm',
    finalNorm: 'transformer.ln_f',
    head: 'lm_head.weight',
    buffers: [],
    queryKeyValueRows: 'groups',
  },
  decoder: (config) => ({
    intermediateSize: 4 * config.hidden_size,
    norm: LAYER_NORM,
    layerRopes: inEveryLayer(config, 'none' as const),
    alibi: { slopes: alibiSlopes(config.num_attention_heads), isRounded: false },
    activation: 'gelu-tanh',
    ...attentionBiases(true),
    feedForwardBias: true,
  }),
})

const sinks = defineFamily({
  modelType: 'llama_with_sinks',
  architecture: 'SinksForCausalLM',
  fields: {},
  ignored: { attention_bias: never, mlp_bias: never },
  tensorNames: { ...LLAMA_TENSOR_NAMES, layer: { ...LLAMA_TENSOR_NAMES.layer, sinks: 'self_attn.sinks' } },
  decoder: () => ({ hasSinks: true }),
})

const session = startSessionProcess()
afterAll(() => session.end())

test.each([
  ['bloom', bloom],
  ['sinks', sinks],
])('%s, on the CPU and on the graph for GPUs', async (name, family) => {
  const folder = path.join(import.meta.dirname, 'declared', name)
  const { requests } = JSON.parse(readFileSync(path.join(folder, 'golden.json'), 'utf8')) as { requests: readonly GoldenRequest[] }
  const config = await readConfig(folder, [family])
  const weights = await readWeights(folder, config)
  const sequences = requests.map(({ context, continuation }) => ({
    input: Int32Array.from([...context, ...continuation].slice(0, -1)),
    targets: Int32Array.from(continuation),
  }))
  const scores = await scoreInPasses(session, { config, weights }, sequences)
  const misses = requests.flatMap((request, index) => {
    const difference = Math.abs(scores[index]!.logProb - request.log_prob) / request.continuation.length
    return difference <= 1e-5 && scores[index]!.isGreedy === request.is_greedy ? [] : [{ index, difference }]
  })
  expect(misses).toEqual([])

  const expected = requests.map(({ log_prob: logProb }) => ({ logProb }))
  const onDevices = await differencesOfModel(session, { config, weights, sequences, expected }, 'float', Infinity)
  expect(onDevices.at(-1)).toBeLessThan(2e-5)
})
