import { expect, test } from 'vitest'
import type { Gpu } from '../../../../src/engine/devices/gpus.ts'
import { cuda } from '../../../../src/engine/devices/providers/cuda.ts'

const gpu = (cudaIndex: number | null): Gpu => ({ name: `GPU ${cudaIndex}`, kind: 'gpu', memoryBytes: null, freeMemoryBytes: null, cudaIndex })

test('a CUDA device is the GPU with its number', () => {
  expect(cuda.gpusOf([gpu(null), gpu(0), gpu(1)], 1)).toEqual([gpu(1)])
  expect(cuda.gpusOf([gpu(null)], 0)).toEqual([])
})

test('CUDA is for Linux on x64, and computes in the type of the stored weights', () => {
  expect([cuda.isBuiltFor('linux', 'x64'), cuda.isBuiltFor('linux', 'arm64'), cuda.isBuiltFor('win32', 'x64')]).toEqual([true, false, false])
  expect(cuda.defaultDtype).toBe('stored')
})
