import { readFileSync, statSync } from 'node:fs'
import { expect, test } from 'vitest'
import { MODEL_SIZES, modelSize } from '../../src/benchmark/model-size.ts'
import { makeRandomModel, planRandomWeights } from '../../src/benchmark/random-model.ts'
import { decodeValues } from '../../src/model/weights/element-type.ts'
import { temporaryFolder } from '../temporary-folder.ts'

test('sizes are those of the models that they are named for', () => {
  const counts = MODEL_SIZES.map((name) =>
    [...planRandomWeights(modelSize(name).config, 'BF16').tensors.values()].reduce((sum, { byteLength }) => sum + byteLength / 2, 0),
  )
  // SmolLM2-135M, Llama-3.2-1B and Qwen3-8B by their model cards' files: 134,515,008, 1,235,814,400 and 8,190,735,360.
  expect(counts.slice(1)).toEqual([134_515_008, 1_235_814_400, 8_190_735_360])
  expect(() => modelSize('7b')).toThrow(expect.objectContaining({ code: 'USAGE', message: 'unknown --model-size "7b"', hint: 'Supported: 1m, 135m, 1b, 8b.' }))
})

test('a model of 16 GB takes a file of 1.3 GB, in which each tensor has its own offset', () => {
  const { tensors, byteLength, onesBytes } = planRandomWeights(modelSize('8b').config, 'BF16')
  expect(byteLength).toBeLessThan(1.3e9)
  const projections = [...tensors].filter(([name]) => !name.includes('norm')).map(([, tensor]) => tensor)
  expect(new Set(projections.map(({ byteOffset }) => byteOffset)).size).toBe(projections.length)
  for (const { byteOffset, byteLength: size } of projections) {
    expect(byteOffset).toBeGreaterThanOrEqual(onesBytes)
    expect(byteOffset % 64).toBe(0)
    expect(byteOffset + size).toBeLessThanOrEqual(byteLength)
  }
})

test.each(['BF16', 'F16'] as const)('in %s norms are 1, and all else is noise of the usual spread', async (dtype) => {
  const folder = temporaryFolder()
  const { config } = modelSize('1m')
  const { weights, file, byteLength } = await makeRandomModel(folder, config, dtype)
  expect(statSync(file).size).toBe(byteLength)
  const bytes = readFileSync(file)
  const valuesOf = (name: string) => {
    const { byteOffset, byteLength: size } = weights.tensors.get(name)!
    return decodeValues(bytes.subarray(byteOffset, byteOffset + size), dtype)
  }
  expect(new Set(valuesOf('model.layers.1.self_attn.q_norm.weight'))).toEqual(new Set([1]))
  const values = valuesOf('model.layers.2.mlp.up_proj.weight')
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  const spread = Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length)
  expect(Math.abs(mean)).toBeLessThan(3e-4)
  expect(spread).toBeCloseTo(0.019, 2)
  expect(Math.max(...values.map(Math.abs))).toBeLessThan(2 ** -5)
  expect(Math.min(...values.map(Math.abs))).toBeGreaterThanOrEqual(2 ** -7)
})
