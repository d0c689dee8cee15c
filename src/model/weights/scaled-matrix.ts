/**
 * A matrix of codes with a scale for each rectangle of values, as compressed-tensors and block-wise FP8 store it: the tensors of a matrix, found and checked.
 * A value is (code − zero point) × scale. Bytes are not moved.
 */
import type { InputRounding } from '../config/input-rounding.ts'
import type { ScaledStorage, ScaleExtent } from '../config/scale-extent.ts'
import { WHOLE_AXIS } from '../config/scale-extent.ts'
import type { StoredQuantization } from '../config/quantization-config.ts'
import type { ExpectedTensor } from './expected-tensors.ts'
import { disagreeing, parts } from './matrix-parts.ts'
import type { StoredDtype } from './safetensors.ts'
import type { StoredTensor } from './stored-tensor.ts'
import { tensorReader } from './tensor-bytes.ts'

/** The tensors of such a matrix. */
export interface ScaledMatrix {
  readonly kind: 'scaled'
  readonly storage: ScaledStorage
  /** Integers [rows, words] with the first column in the low bits, above the lowest integer; else one code a byte, [rows, columns]. */
  readonly codes: StoredTensor<'I32' | 'I8' | 'F8_E4M3'>
  /** Row-major, one for each `scaleRows` rows and `scaleColumns` columns. */
  readonly scales: StoredTensor<'F16' | 'BF16' | 'F32'>
  readonly scaleRows: number
  readonly scaleColumns: number
  /** Packed down the rows as codes are along the columns, [words, groups]; or one a byte, as scales are. */
  readonly zeroPoints?: StoredTensor<'I32' | 'I8'>
  /** The group of each column, if columns are not in the order of their groups. */
  readonly groups?: StoredTensor<'I32'>
  /** How its input is rounded; absent if it is not. */
  readonly inputs?: StoredInputRounding
}

/** A way of rounding, with the numbers that are stored for it: one value each. */
export interface StoredInputRounding {
  readonly rounding: InputRounding
  readonly scale?: StoredTensor<'F16' | 'BF16' | 'F32'>
  readonly zeroPoint?: StoredTensor<'I8'>
}

/** Bits of a code. */
export function codeBits({ storage }: Pick<ScaledMatrix, 'storage'>): 4 | 8 {
  return storage === 'packed-int4' ? 4 : 8
}

/** Words of 32 bits that hold `count` codes. */
export function wordCount(count: number, bits: number): number {
  return Math.ceil((count * bits) / 32)
}

/** The parts of a matrix; undefined if it is stored plain. Fails with CheckpointError if parts are missing or disagree with config.json. */
export async function findScaled(
  { name, shape }: ExpectedTensor,
  quantization: StoredQuantization & { readonly method: 'compressed-tensors' | 'fp8' },
  stored: ReadonlyMap<string, StoredTensor>,
  root: string,
): Promise<(ScaledMatrix & { readonly rows: number; readonly columns: number }) | undefined> {
  const isCompressed = quantization.method === 'compressed-tensors'
  const storage = isCompressed ? quantization.storage : 'fp8'
  const isPacked = storage === 'packed-int4' || storage === 'packed-int8'
  const scaleName = isCompressed ? `${name}_scale` : `${name}_scale_inv`
  if (!stored.has(isPacked ? `${name}_packed` : scaleName)) return undefined
  const [rows, columns] = shape as [number, number]
  const extent = extentIn(quantization, rows, columns)
  const grid = [Math.ceil(rows / extent.scaleRows), Math.ceil(columns / extent.scaleColumns)] as const
  if (extent.scaleRows === 1 && columns % extent.scaleColumns !== 0) throw disagreeing(name, `has ${columns} columns in groups of ${extent.scaleColumns}`)
  const part = parts(name, stored)
  if (isPacked && stored.has(`${name}_shape`)) await checkStoredShape(name, shape, stored, root)
  const bits = codeBits({ storage })
  return {
    kind: 'scaled',
    rows,
    columns,
    storage,
    codes: isPacked ? part('_packed', ['I32'], [rows, wordCount(columns, bits)]) : part('', [storage === 'fp8' ? 'F8_E4M3' : 'I8'], shape),
    scales: scalesOf(scaleName, grid, stored),
    ...extent,
    ...(isCompressed &&
      quantization.hasZeroPoints && {
        zeroPoints: isPacked ? part('_zero_point', ['I32'], [wordCount(rows, bits), grid[1]]) : part('_zero_point', ['I8'], grid),
      }),
    ...(stored.has(`${name}_g_idx`) && { groups: part('_g_idx', ['I32'], [columns]) }),
    ...(isCompressed && quantization.inputs && { inputs: storedInputs(name, columns, quantization.inputs, stored) }),
  }
}

function storedInputs(name: string, columns: number, rounding: InputRounding, stored: ReadonlyMap<string, StoredTensor>): StoredInputRounding {
  if (rounding.kind === 'dynamic') {
    if (rounding.columns !== null && columns % rounding.columns !== 0)
      throw disagreeing(name, `reads ${columns} columns, whose scales are for groups of ${rounding.columns}`)
    return { rounding }
  }
  const module = name.replace(/\.weight$/u, '')
  const one = <D extends StoredDtype>(suffix: string, dtypes: readonly D[]) =>
    parts(module, stored)(suffix, dtypes, stored.get(module + suffix)?.shape.length === 0 ? [] : [1])
  const scale = one('.input_scale', ['F16', 'BF16', 'F32'])
  return { rounding, scale, ...(!rounding.isSymmetric && { zeroPoint: one('.input_zero_point', ['I8']) }) }
}

function extentIn({ scaleRows, scaleColumns }: ScaleExtent, rows: number, columns: number): ScaleExtent {
  return { scaleRows: scaleRows === WHOLE_AXIS ? rows : scaleRows, scaleColumns: scaleColumns === WHOLE_AXIS ? columns : scaleColumns }
}

/** Scales in one dimension, or in none, are of one column. */
function scalesOf(name: string, [rows, columns]: readonly [number, number], stored: ReadonlyMap<string, StoredTensor>): ScaledMatrix['scales'] {
  const found = stored.get(name)
  const shape =
    columns === 1 && found && found.shape.length < 2 && (rows === 1 || found.shape.length === 1) ? (found.shape.length === 0 ? [] : [rows]) : [rows, columns]
  return parts(name, stored)('', ['F16', 'BF16', 'F32'], shape)
}

/** compressed-tensors stores the shape of what it packed. */
async function checkStoredShape(name: string, shape: readonly number[], stored: ReadonlyMap<string, StoredTensor>, root: string): Promise<void> {
  const tensor = parts(name, stored)('_shape', ['I64', 'I32'], [2])
  await using reader = tensorReader(root)
  const bytes = Buffer.from(await reader.read(tensor, 0, tensor.byteLength))
  const packed = tensor.dtype === 'I64' ? [bytes.readBigInt64LE(0), bytes.readBigInt64LE(8)] : [bytes.readInt32LE(0), bytes.readInt32LE(4)]
  if (packed.join() !== shape.join()) throw disagreeing(name, `packs [${packed.join(', ')}], config.json calls for [${shape.join(', ')}]`)
}
