import { readFileSync, statSync } from 'node:fs'
import { expect, test } from 'vitest'
import { modelSize } from '../../src/benchmark/model-size.ts'
import { makeRandomModel, planRandomWeights } from '../../src/benchmark/random-model.ts'
import { decodeValues } from '../../src/model/weights/element-type.ts'
import { temporaryFolder } from '../temporary-folder.ts'

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
