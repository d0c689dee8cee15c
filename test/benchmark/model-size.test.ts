import { expect, test } from 'vitest'
import { MODEL_SIZES, modelSize, sizeFor } from '../../src/benchmark/model-size.ts'
import { planRandomWeights } from '../../src/benchmark/random-model.ts'
import type { Gpu } from '../../src/engine/devices/gpus.ts'

test('sizes are those of the models that they are named for', () => {
  const counts = MODEL_SIZES.map((name) =>
    [...planRandomWeights(modelSize(name).config, 'BF16').tensors.values()].reduce((sum, { byteLength }) => sum + byteLength / 2, 0),
  )
  // SmolLM2-135M, Llama-3.2-1B and Qwen3-8B by their model cards' files: 134,515,008, 1,235,814,400 and 8,190,735,360.
  expect(counts.slice(1)).toEqual([134_515_008, 1_235_814_400, 8_190_735_360])
  expect(() => modelSize('7b')).toThrow(expect.objectContaining({ code: 'USAGE', message: 'unknown --model-size "7b"', hint: 'Supported: 1m, 135m, 1b, 8b.' }))
})

const gpu = (gigabytes: number | null, kind: Gpu['kind'] = 'gpu'): Gpu => ({
  name: '',
  kind,
  memoryBytes: gigabytes === null ? null : gigabytes * 1e9,
  freeMemoryBytes: null,
  cudaIndex: null,
})

test.each([
  ['80 GB', gpu(80), '8b'],
  ['8 GB', gpu(8), '1b'],
  ['4 GB', gpu(4), '135m'],
  ['memory that the system does not say', gpu(null), '1b'],
  ['an emulating driver', gpu(null, 'software'), '1m'],
])('on a GPU of %s the size is that which fits', (_, device, size) => expect(sizeFor({ speedModel: 'by-gpu' }, device)).toBe(size))

test('a provider may have one size for all its devices', () => expect(sizeFor({ speedModel: '135m' }, gpu(80))).toBe('135m'))
