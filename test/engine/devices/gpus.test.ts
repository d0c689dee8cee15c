import { expect, test } from 'vitest'
import { parseNvidiaSmi } from '../../../src/engine/devices/gpus.ts'

test("nvidia-smi's sizes are MiB", () => {
  expect(parseNvidiaSmi('0, NVIDIA H200, 143771, 143180\n1, NVIDIA GeForce RTX 4090, 24564, 100\n')).toEqual([
    { name: 'NVIDIA H200', kind: 'gpu', memoryBytes: 143_771 * 2 ** 20, freeMemoryBytes: 143_180 * 2 ** 20, cudaIndex: 0 },
    { name: 'NVIDIA GeForce RTX 4090', kind: 'gpu', memoryBytes: 24_564 * 2 ** 20, freeMemoryBytes: 100 * 2 ** 20, cudaIndex: 1 },
  ])
})

test.each(['', 'No devices were found\n', 'NVIDIA-SMI has failed because it could not communicate with the driver.'])('%j lists none', (output) =>
  expect(parseNvidiaSmi(output)).toEqual([]),
)
