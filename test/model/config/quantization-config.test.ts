/** Block-wise FP8 in quantization_config; other methods are in test/model/runnable/unpack-matrix.test.ts and compressed-tensors-config.test.ts. */
import { expect, test } from 'vitest'
import { parseQuantization } from '../../../src/model/config/quantization-config.ts'

test.each([
  [{ weight_block_size: [128, 64] }, { scaleRows: 128, scaleColumns: 64 }],
  // The default of transformers 5.24, FineGrainedFP8Config.
  [{}, { scaleRows: 128, scaleColumns: 128 }],
  [{ weight_block_size: null }, { scaleRows: -1, scaleColumns: -1 }],
])('%j is read, and a notice says what transformers does on newer GPUs', (fields, extents) => {
  const notices: string[] = []
  expect(parseQuantization({ quant_method: 'fp8', ...fields }, 'config.json', notices)).toEqual({ method: 'fp8', ...extents })
  expect(notices).toEqual([expect.stringContaining('on newer GPUs it rounds activations to FP8 too')])
})

test.each([[[0, 128]], [[128]], [[128, -1]], [[2 ** 40, 1]]])('blocks of %j are malformed', (size) => {
  expect(() => parseQuantization({ quant_method: 'fp8', weight_block_size: size }, 'config.json', [])).toThrow('quantization_config is malformed')
})
