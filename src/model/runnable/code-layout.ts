/** What the layouts of MatMulNBits have in common, whatever tool packed a matrix: blocks, zero points, and reading of stored parts. */
import { decodeValues } from '../weights/element-type.ts'
import type { StoredTensor } from '../weights/stored-tensor.ts'
import type { TensorReader } from '../weights/tensor-bytes.ts'

/** The most columns that MatMulNBits has in a block; a longer group is several blocks with one scale. */
export const MOST_BLOCK = 256
/** The block size for a group as long as its row. */
const ROW_BLOCK = 128

/** Blocks of a row whose groups have `groupSize` columns. */
export function blocksOf(columns: number, groupSize: number): { readonly block: number; readonly blockCount: number } {
  const block =
    groupSize === columns && (groupSize > MOST_BLOCK || groupSize < 16 || !Number.isInteger(Math.log2(groupSize))) ? ROW_BLOCK : Math.min(groupSize, MOST_BLOCK)
  return { block, blockCount: Math.ceil(columns / block) }
}

/** Four bits each, two a byte, the first of a row in the low bits. */
export function packZeroPoints(rows: number, blockCount: number, zeroOf: (row: number, blockIndex: number) => number): Uint8Array {
  const stride = Math.ceil(blockCount / 2)
  const packed = new Uint8Array(rows * stride)
  for (let row = 0; row < rows; row++)
    for (let blockIndex = 0; blockIndex < blockCount; blockIndex++)
      packed[row * stride + (blockIndex >> 1)]! |= zeroOf(row, blockIndex) << (4 * (blockIndex & 1))
  return packed
}

/** Words of 32 bits. */
export async function readWords(tensor: StoredTensor<'I32'>, reader: TensorReader): Promise<Uint32Array> {
  const words = new Uint32Array(tensor.byteLength / 4)
  await reader.read(tensor, 0, tensor.byteLength, new Uint8Array(words.buffer))
  return words
}

/** Values in f32. */
export async function readFloats(tensor: StoredTensor<'F16' | 'BF16' | 'F32'>, reader: TensorReader): Promise<Float32Array> {
  return decodeValues(await reader.read(tensor, 0, tensor.byteLength), tensor.dtype)
}
