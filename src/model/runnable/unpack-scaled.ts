/**
 * Matrices of compressed-tensors and block-wise FP8. Integers of layers go into the layout of MatMulNBits with their codes unchanged; everything else is
 * dequantized to f32, as compressed-tensors does with scales in f32.
 */
import { CheckpointError } from '../../errors.ts'
import { codeBits, wordCount, type ScaledMatrix } from '../weights/scaled-matrix.ts'
import type { StoredTensor, WeightTensor } from '../weights/stored-tensor.ts'
import type { TensorReader } from '../weights/tensor-bytes.ts'
import { blocksOf, MOST_BLOCK, packZeroPoints, readFloats, readWords } from './code-layout.ts'
import { E4M3_VALUES } from './float8.ts'
import { writeScales, type Packing } from './quantize-weights.ts'
import type { QuantizedMatrix } from './runnable-weights.ts'

/** A dequantized matrix. */
export interface PlainMatrix {
  readonly kind: 'plain'
  readonly tensor: WeightTensor
}

type Scaled = ScaledMatrix & { readonly rows: number; readonly columns: number }

/** Values in a piece. */
const PIECE_VALUES = 1 << 20

/** Most bytes of the unpacked matrix in a scratch file. */
export function scaledBytes(matrix: Scaled, mustBePlain: boolean): number {
  const { rows, columns } = matrix
  if (becomesPlain(matrix, mustBePlain)) return 4 * rows * columns
  const { block, blockCount } = blocksOf(columns, matrix.scaleColumns)
  return rows * (blockCount * ((block * codeBits(matrix)) / 8 + 8) + 1)
}

/** Converts the matrix, with little of it in memory. Fails with CheckpointError on groups that do not exist. */
export async function unpackScaled(name: string, matrix: Scaled, mustBePlain: boolean, packing: Packing): Promise<QuantizedMatrix | PlainMatrix> {
  const scales = await readScales(name, matrix, packing.reader)
  return becomesPlain(matrix, mustBePlain) ? dequantize(matrix, scales, packing) : repack(matrix, scales, packing)
}

/** Whether an operator for integers would not have the matrix. */
function becomesPlain({ storage, groups, scaleRows, scaleColumns, rows }: Scaled, mustBePlain: boolean): boolean {
  return mustBePlain || storage === 'fp8' || (groups !== undefined && scaleColumns > MOST_BLOCK) || (scaleRows !== 1 && scaleRows !== rows)
}

/** What turns codes into values. Zero points and codes count from the lowest integer. */
interface Scales {
  readonly scaleAt: (row: number, group: number) => number
  readonly zeroAt: (row: number, group: number) => number
  /** The group of each column. */
  readonly groupOf: Int32Array
  /** Stored groups, if columns are not in their order. */
  readonly groups?: StoredTensor<'I32'>
  readonly hasZeroPoints: boolean
}

async function readScales(name: string, matrix: Scaled, reader: TensorReader): Promise<Scales> {
  const { columns, scaleRows, scaleColumns, groups, zeroPoints } = matrix
  const gridColumns = Math.ceil(columns / scaleColumns)
  const scales = await readFloats(matrix.scales, reader)
  const zeros = zeroPoints ? await readZeroPoints(matrix, zeroPoints, reader) : undefined
  const middle = 2 ** (codeBits(matrix) - 1)
  const indexOf = (row: number, group: number) => Math.floor(row / scaleRows) * gridColumns + group
  const inOrder = Int32Array.from({ length: columns }, (_, column) => Math.floor(column / scaleColumns))
  const stored = groups ? new Int32Array((await readWords(groups, reader)).buffer) : undefined
  // The tool stores -1 if it did not reorder columns.
  const isReordered = stored !== undefined && !stored.includes(-1) && stored.some((group, column) => group !== inOrder[column])
  if (isReordered && stored.some((group) => group < 0 || group >= gridColumns))
    throw new CheckpointError(`${name}: a column has an unknown group`, 'Download or copy the checkpoint again.')
  return {
    scaleAt: (row, group) => scales[indexOf(row, group)]!,
    zeroAt: zeros ? (row, group) => zeros[indexOf(row, group)]! : () => (matrix.storage === 'fp8' ? 0 : middle),
    groupOf: isReordered ? stored : inOrder,
    ...(isReordered && { groups: groups! }),
    hasZeroPoints: zeros !== undefined,
  }
}

/** [rows, groups]: packed ones count from the lowest integer, those in bytes from zero. */
async function readZeroPoints(matrix: Scaled, tensor: StoredTensor<'I32' | 'I8'>, reader: TensorReader): Promise<Uint8Array> {
  if (tensor.dtype === 'I8') return Uint8Array.from(await reader.read(tensor, 0, tensor.byteLength), fromSigned)
  const bits = codeBits(matrix)
  const groupCount = tensor.shape[1]!
  const words = await readWords({ ...tensor, dtype: 'I32' }, reader)
  const mask = 2 ** bits - 1
  return Uint8Array.from({ length: matrix.rows * groupCount }, (_, index) => {
    const [row, group] = [Math.floor(index / groupCount), index % groupCount]
    return (words[((row * bits) >> 5) * groupCount + group]! >>> ((row * bits) & 31)) & mask
  })
}

/** A byte of a signed integer as a distance from −128. */
function fromSigned(byte: number): number {
  return byte ^ 0x80
}

/** Bytes of a row of codes as they are stored. */
function rowBytes({ storage, columns }: Scaled): number {
  return storage === 'packed-int4' || storage === 'packed-int8' ? 4 * wordCount(columns, codeBits({ storage })) : columns
}

/** Calls `use` with pieces of whole rows, in order; the bytes are overwritten by the next piece. */
async function forRows(matrix: Scaled, reader: TensorReader, use: (bytes: Uint8Array, firstRow: number, rowCount: number) => Promise<void>): Promise<void> {
  const stride = rowBytes(matrix)
  const rowsInPiece = Math.max(1, Math.floor(PIECE_VALUES / matrix.columns))
  const buffer = Buffer.allocUnsafeSlow(Math.min(rowsInPiece, matrix.rows) * stride)
  for (let row = 0; row < matrix.rows; row += rowsInPiece) {
    const count = Math.min(rowsInPiece, matrix.rows - row)
    await use(await reader.read(matrix.codes, row * stride, count * stride, buffer), row, count)
  }
}

async function dequantize(matrix: Scaled, { scaleAt, zeroAt, groupOf }: Scales, { reader, scratch, location }: Packing): Promise<PlainMatrix> {
  const { rows, columns } = matrix
  const codeAt = codeReader(matrix)
  const stride = rowBytes(matrix)
  const byteOffset = scratch.reserve(4 * rows * columns)
  const values = new Float32Array(Math.min(rows, Math.max(1, Math.floor(PIECE_VALUES / columns))) * columns)
  await forRows(matrix, reader, async (bytes, firstRow, rowCount) => {
    for (let row = 0; row < rowCount; row++)
      for (let column = 0; column < columns; column++) {
        const group = groupOf[column]!
        values[row * columns + column] = (codeAt(bytes, row * stride, column) - zeroAt(firstRow + row, group)) * scaleAt(firstRow + row, group)
      }
    await scratch.write(new Uint8Array(values.buffer, 0, 4 * rowCount * columns), byteOffset + 4 * firstRow * columns)
  })
  return { kind: 'plain', tensor: { dtype: 'F32', shape: [rows, columns], location, byteOffset, byteLength: 4 * rows * columns } }
}

/** Reads the code of a column in a row of bytes that begins at `start`. */
function codeReader({ storage }: Scaled): (bytes: Uint8Array, start: number, column: number) => number {
  switch (storage) {
    case 'packed-int4':
      return (bytes, start, column) => (bytes[start + (column >> 1)]! >> (4 * (column & 1))) & 15
    case 'packed-int8':
      return (bytes, start, column) => bytes[start + column]!
    case 'int8':
      return (bytes, start, column) => fromSigned(bytes[start + column]!)
    case 'fp8':
      return (bytes, start, column) => E4M3_VALUES[bytes[start + column]!]!
  }
}

/** Words of 32 bits are in the order of MatMulNBits already: only rows have another length. */
async function repack(matrix: Scaled, { scaleAt, zeroAt, groups, hasZeroPoints }: Scales, packing: Packing): Promise<QuantizedMatrix> {
  const { reader, scratch, location } = packing
  const { rows, columns, scaleColumns } = matrix
  const bits = codeBits(matrix)
  const { block, blockCount } = blocksOf(columns, scaleColumns)
  const blockBytes = (block * bits) / 8
  const stride = blockCount * blockBytes
  const codesOffset = scratch.reserve(rows * stride)
  const width = rowBytes(matrix)
  await forRows(matrix, reader, async (bytes, firstRow, rowCount) => {
    const codes = new Uint8Array(rowCount * stride)
    for (let row = 0; row < rowCount; row++) codes.set(bytes.subarray(row * width, row * width + Math.min(width, stride)), row * stride)
    if (matrix.storage === 'int8') for (let index = 0; index < codes.length; index++) codes[index] = fromSigned(codes[index]!)
    await scratch.write(codes, codesOffset + firstRow * stride)
  })
  // Blocks of one group share its scale and zero point.
  const groupOf = (blockIndex: number) => Math.floor((blockIndex * block) / scaleColumns)
  const perBlock = (at: (row: number, group: number) => number) =>
    Float32Array.from({ length: rows * blockCount }, (_, index) => at(Math.floor(index / blockCount), groupOf(index % blockCount)))
  const bytesTensor = async (bytes: Uint8Array, shape: readonly number[]): Promise<StoredTensor<'U8'>> => {
    const byteOffset = scratch.reserve(bytes.byteLength)
    await scratch.write(bytes, byteOffset)
    return { dtype: 'U8', shape, location, byteOffset, byteLength: bytes.byteLength }
  }
  const packedZeroPoints = () =>
    bits === 4
      ? bytesTensor(
          packZeroPoints(rows, blockCount, (row, blockIndex) => zeroAt(row, groupOf(blockIndex))),
          [rows, Math.ceil(blockCount / 2)],
        )
      : bytesTensor(Uint8Array.from(perBlock(zeroAt)), [rows, blockCount])
  return {
    kind: 'integers',
    bits,
    rows,
    columns,
    block,
    codes: { dtype: 'U8', shape: [rows, blockCount, blockBytes], location, byteOffset: codesOffset, byteLength: rows * stride },
    scales: await writeScales(perBlock(scaleAt), packing),
    // onnxruntime 1.30 reads packed zero points in the order of the columns, regardless of their groups; it reads floats by group.
    ...(hasZeroPoints && { zeroPoints: groups ? await writeScales(perBlock(zeroAt), packing) : await packedZeroPoints() }),
    ...(groups && { groups }),
  }
}
