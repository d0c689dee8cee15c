/** Measuring the machine beside a run, on the engine that people get. */
import { expect, test } from 'vitest'
import { parseConfig, readConfig } from '../../../src/model/config/config.ts'
import { readWeights } from '../../../src/model/weights/weights.ts'
import { onnxEngine } from '../../../src/engine/onnx/onnx-engine.ts'
import { projectionOperations } from '../../../src/engine/roofline/operations.ts'
import { rooflineMeter } from '../../../src/engine/roofline/roofline.ts'
import { tinyModel } from '../../tiny-model.ts'

test('the meter measures after ten seconds of batches, and after a shorter task once it has taken a fifth of a second', async () => {
  let measured = 0
  const meter = rooflineMeter({ peakGemmRate: async () => ++measured * 100 })
  await meter.afterBatch(190)
  await meter.afterTask()
  expect(meter.rate()).toBeNull()
  await meter.afterBatch(10)
  expect(meter.rate()).toBeNull()
  await meter.afterTask()
  expect(meter.rate()).toBe(100)
  await meter.afterBatch(5900)
  await meter.afterTask()
  expect(measured).toBe(1)
  await meter.afterBatch(100)
  await meter.afterTask()
  expect(measured).toBe(2)
  await meter.afterBatch(10_000)
  expect(measured).toBe(3)
  expect(meter.rate()).toBe(200)
})

test.each([{}, { peakGemmRate: async () => undefined }])('there is no rate if the engine cannot measure it', async (engine) => {
  const meter = rooflineMeter(engine)
  await meter.afterBatch(10_000)
  expect(meter.rate()).toBeNull()
})

test('the engine measures beside its model, again and again, and goes on scoring', { tags: ['slow'] }, async () => {
  const folder = tinyModel()
  const config = await readConfig(folder)
  await using engine = await onnxEngine(config, await readWeights(folder, config))
  const sequences = [{ input: Int32Array.of(3, 4, 5), targets: Int32Array.of(6) }]
  const score = async () => {
    for await (const { scores, operations } of engine.score(sequences)) return { logProb: scores[0]!.logProb, operations }
    return undefined
  }
  const before = await score()
  const rates = [await engine.peakGemmRate!(), await engine.peakGemmRate!()]
  for (const rate of rates) expect(rate).toBeGreaterThan(1e8)
  expect(await score()).toEqual(before)
  expect(before!.operations).toBeGreaterThan(3 * config.layerCount * projectionOperations(config))
})

test('an engine that cannot measure says so once and goes on scoring', { tags: ['slow'] }, async () => {
  const folder = tinyModel()
  const config = await readConfig(folder)
  const { root, tensors } = await readWeights(folder, config)
  const weights = { root, tensors: new Map(tensors) }
  await using engine = await onnxEngine(config, weights)
  const name = 'model.layers.0.mlp.up_proj.weight'
  weights.tensors.set(name, { ...tensors.get(name)!, location: 'gone.safetensors' })
  expect(await engine.peakGemmRate!()).toBeUndefined()
  weights.tensors.set(name, tensors.get(name)!)
  const scored = []
  for await (const { scores } of engine.score([{ input: Int32Array.of(3, 4, 5), targets: Int32Array.of(6) }])) scored.push(...scores)
  expect(scored).toHaveLength(1)
  expect(await engine.peakGemmRate!()).toBeUndefined()
})

test('a projection of Qwen3-8B takes two operations a weight and token', () => {
  const heads = { num_attention_heads: 32, num_key_value_heads: 8, head_dim: 128 }
  const sizes = { hidden_size: 4096, intermediate_size: 12288, num_hidden_layers: 36, vocab_size: 151_936, max_position_embeddings: 40_960 }
  const config = parseConfig({ model_type: 'qwen3', ...sizes, ...heads, rms_norm_eps: 1e-6 }, 'config.json')
  const weights = 2 * 4096 * 4096 + 2 * 4096 * 1024 + 3 * 4096 * 12288
  expect(projectionOperations(config)).toBe(2 * weights)
})
