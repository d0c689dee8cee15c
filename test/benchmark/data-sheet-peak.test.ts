import { expect, test } from 'vitest'
import { dataSheetPeak } from '../../src/benchmark/data-sheet-peak.ts'

test.each([
  ['NVIDIA H100 80GB HBM3', 989.4e12],
  ['NVIDIA H100 PCIe', 756e12],
  ['NVIDIA H200', 989.4e12],
  ['NVIDIA A100-SXM4-80GB', 312e12],
  ['NVIDIA L40S', 362e12],
  ['NVIDIA L4', 121e12],
  ['SwiftShader', null],
  ['NVIDIA GeForce GTX 1080', null],
])('%s: %s', (name, peak) => {
  expect(dataSheetPeak(name)).toBe(peak)
})
