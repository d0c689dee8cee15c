import { expect, test } from 'vitest'
import { cpu } from '../../../../src/engine/devices/providers/cpu.ts'

test('the CPU computes in float32 with a KV cache, quantized weights included', () => {
  expect(cpu).toMatchObject({ dtypes: ['float32'], attention: 'kv-cache', hasOwnMemory: false, runsQuantizedWeights: true, mayRunOnCpu: 'all' })
})
