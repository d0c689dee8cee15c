/** The stored parts of a matrix with scales: found, or an error that names what disagrees. */
import { expect, test } from 'vitest'
import type { StoredQuantization } from '../../../src/model/config/quantization-config.ts'
import { findScaled } from '../../../src/model/weights/scaled-matrix.ts'
import type { StoredDtype } from '../../../src/model/weights/safetensors.ts'
import type { StoredTensor } from '../../../src/model/weights/stored-tensor.ts'
import { CheckpointError } from '../../../src/errors.ts'

const EXPECTED = { name: 'a.weight', shape: [40, 64], role: 'query', layer: 0 } as const
type Part = readonly [dtype: StoredDtype, shape: readonly number[]]

function find(quantization: object, parts: Readonly<Record<string, Part>>) {
  const stored = new Map(
    Object.entries(parts).map(([name, [dtype, shape]]): [string, StoredTensor] => [`a.${name}`, { dtype, shape, location: 'x', byteOffset: 0, byteLength: 0 }]),
  )
  return findScaled(EXPECTED, quantization as StoredQuantization & { method: 'fp8' }, stored, '.')
}

const INT4 = { method: 'compressed-tensors', storage: 'packed-int4', hasZeroPoints: true, scaleRows: 1, scaleColumns: 32 }
const PACKED: Record<string, Part> = { weight_packed: ['I32', [40, 8]], weight_scale: ['BF16', [40, 2]], weight_zero_point: ['I32', [5, 2]] }
const FP8 = { method: 'fp8', scaleRows: 32, scaleColumns: 32 }

test('packed integers with zero points', async () => {
  expect(await find(INT4, PACKED)).toMatchObject({
    kind: 'scaled',
    rows: 40,
    columns: 64,
    scaleRows: 1,
    scaleColumns: 32,
    codes: { dtype: 'I32' },
    zeroPoints: { dtype: 'I32' },
  })
})

test('the last blocks of FP8 may be smaller', async () => {
  expect(await find(FP8, { weight: ['F8_E4M3', [40, 64]], weight_scale_inv: ['F32', [2, 2]] })).toMatchObject({ codes: { dtype: 'F8_E4M3' }, scaleRows: 32 })
})

test.each<[readonly number[]]>([[[]], [[1]], [[1, 1]]])('one scale of the shape %j', async (shape) => {
  const whole = { ...INT4, storage: 'fp8', hasZeroPoints: false, scaleRows: -1, scaleColumns: -1 }
  expect(await find(whole, { weight: ['F8_E4M3', [40, 64]], weight_scale: ['F32', shape] })).toMatchObject({ scaleRows: 40, scaleColumns: 64 })
})

test('a matrix that the tool left plain is none', async () => {
  expect(await find(INT4, { weight: ['BF16', [40, 64]] })).toBeUndefined()
  expect(await find(FP8, { weight: ['BF16', [40, 64]] })).toBeUndefined()
})

test.each<[object, Record<string, Part>, string]>([
  [INT4, { weight_packed: ['I32', [40, 8]], weight_scale: ['BF16', [40, 2]] }, 'tensor a.weight_zero_point is missing'],
  [INT4, { ...PACKED, weight_scale: ['BF16', [40, 4]] }, 'tensor a.weight_scale has shape [40, 4], expected [40, 2]'],
  [INT4, { ...PACKED, weight_packed: ['I32', [40, 16]] }, 'tensor a.weight_packed has shape [40, 16], expected [40, 8]'],
  [INT4, { ...PACKED, weight_shape: ['F32', [2]] }, 'tensor a.weight_shape has dtype F32, expected I64 or I32'],
  [INT4, { ...PACKED, weight_g_idx: ['I32', [40]] }, 'tensor a.weight_g_idx has shape [40], expected [64]'],
  [{ ...INT4, scaleColumns: 128 }, PACKED, 'tensor a.weight has 64 columns in groups of 128'],
  [FP8, { weight: ['I8', [40, 64]], weight_scale_inv: ['F32', [2, 2]] }, 'tensor a.weight has dtype I8, expected F8_E4M3'],
  [FP8, { weight: ['F8_E4M3', [40, 64]], weight_scale_inv: ['U8', [2, 2]] }, 'tensor a.weight_scale_inv has dtype U8, expected F16 or BF16 or F32'],
])('%j, %j is refused', async (quantization, parts, message) => {
  await expect(find(quantization, parts)).rejects.toThrow(CheckpointError)
  await expect(find(quantization, parts)).rejects.toThrow(message)
})
