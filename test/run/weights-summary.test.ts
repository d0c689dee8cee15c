import { expect, test } from 'vitest'
import { weightsSummary } from '../../src/run/weights-summary.ts'

const MIB = 2 ** 20
const nf4 = { scheme: 'nf4', block: 64, origin: 'load', matrixCount: 210 } as const

test.each([
  [
    { quantization: nf4, adapter: null, weightBytes: { stored: 256 * MIB, run: 128 * MIB } },
    'weights: 256.0 MiB → 128.0 MiB (−50.0 %) · 210 matrices as nf4 in blocks of 64, made at load',
  ],
  [
    { quantization: { ...nf4, origin: 'gptq' }, adapter: null, weightBytes: { stored: MIB, run: MIB } },
    'weights: 1.0 MiB · 210 matrices as nf4 in blocks of 64, as gptq stored them',
  ],
  [
    { quantization: { ...nf4, scheme: 'fp8', origin: 'compressed-tensors' }, adapter: null, weightBytes: { stored: MIB, run: 2 * MIB } },
    'weights: 1.0 MiB → 2.0 MiB (+100.0 %) · 210 matrices as fp8 in blocks of 64, dequantized at load',
  ],
  [
    { quantization: { ...nf4, scheme: 'int8', inputs: 'int8', origin: 'compressed-tensors' }, adapter: null, weightBytes: { stored: MIB, run: MIB } },
    'weights: 1.0 MiB · 210 matrices as int8 in blocks of 64, as compressed-tensors stored them, inputs rounded to int8',
  ],
  [
    { quantization: null, adapter: { source: './lora', hash: 'x', moduleCount: 60, replacedCount: 0 }, weightBytes: { stored: MIB, run: MIB } },
    'weights: 1.0 MiB · adapter ./lora: 60 modules',
  ],
  [
    { quantization: null, adapter: { source: './lora', hash: 'x', moduleCount: 60, replacedCount: 2 }, weightBytes: { stored: MIB, run: MIB } },
    'weights: 1.0 MiB · adapter ./lora: 60 modules, 2 tensors of its own',
  ],
])('%j', (record, text) => expect(weightsSummary(record as Parameters<typeof weightsSummary>[0])).toBe(text))
