import { expect, test } from 'vitest'
import type { Gpu } from '../../../../src/engine/devices/gpus.ts'
import { webgpu } from '../../../../src/engine/devices/providers/webgpu.ts'

test('WebGPU can be on any GPU, but not on an emulated one', () => {
  const gpu: Gpu = { name: 'AMD', kind: 'gpu', memoryBytes: null, freeMemoryBytes: null, cudaIndex: null }
  expect(webgpu.gpusOf([{ ...gpu, kind: 'software' }, gpu], 0)).toEqual([gpu])
})

test('on Linux WebGPU is for x64 only', () => {
  expect([webgpu.isBuiltFor('linux', 'x64'), webgpu.isBuiltFor('linux', 'arm64'), webgpu.isBuiltFor('darwin', 'arm64')]).toEqual([true, false, true])
})
