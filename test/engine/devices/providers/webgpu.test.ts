import { expect, test } from 'vitest'
import type { Gpu } from '../../../../src/engine/devices/gpus.ts'
import { webgpu } from '../../../../src/engine/devices/providers/webgpu.ts'

test('WebGPU can be on any GPU, and on an emulated one only if there is no other', () => {
  const gpu: Gpu = { name: 'AMD', kind: 'gpu', memoryBytes: null, freeMemoryBytes: null, cudaIndex: null }
  const emulated: Gpu = { ...gpu, kind: 'software' }
  expect(webgpu.gpusOf([emulated, gpu], 0)).toEqual([gpu])
  expect(webgpu.gpusOf([emulated], 0)).toEqual([emulated])
})

test('on Linux WebGPU is for x64 only', () => {
  expect([webgpu.isBuiltFor('linux', 'x64'), webgpu.isBuiltFor('linux', 'arm64'), webgpu.isBuiltFor('darwin', 'arm64')]).toEqual([true, false, true])
})
