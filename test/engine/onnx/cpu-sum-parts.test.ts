/** Parts of the log-softmax by processor, and that they change nothing but the rounding. */
import { expect, test } from 'vitest'
import { cpuSumParts } from '../../../src/engine/onnx/cpu-sum-parts.ts'

test.each([
  [['fpu', 'avx', 'avx2', 'fma'], 2],
  [['avx2', 'avx512f', 'avx512bw'], 1],
  [['neon'], 1],
  [[], 1],
])('%o: %d', (flags, parts) => expect(cpuSumParts(flags)).toBe(parts))
