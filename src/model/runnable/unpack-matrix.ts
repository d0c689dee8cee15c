/**
 * Packed matrices in the layouts of onnxruntime's operators. Codes are moved but not changed. NF4 of bitsandbytes already has the layout of MatMulBnb4, so it
 * is used in place.
 */
import type { NestedScales, PackedMatrix } from '../weights/packed-matrix.ts'
import type { TensorReader } from '../weights/tensor-bytes.ts'
import type { StoredTensor } from '../weights/stored-tensor.ts'
import { CheckpointError } from '../../errors.ts'
import { blocksOf, MOST_BLOCK, packZeroPoints, readFloats, readWords } from './code-layout.ts'
import { writeScales, type Packing } from './quantize-weights.ts'
import type { QuantizedMatrix } from './runnable-weights.ts'
import { scaledBytes, unpackScaled, type PlainMatrix } from './unpack-scaled.ts'

type Grouped = PackedMatrix & { readonly kind: 'gptq' | 'awq' }

/** Codes in a word of 32 bits. */
const PER_WORD = 8
/** AWQ `AWQ_ORDER`: which row of eight each four bits of a word hold, from the low ones on. */
const AWQ_ORDER = [0, 2, 4, 6, 1, 3, 5, 7]

/** A matrix ready for a graph: in the layout of an operator, or plain. */
export type UnpackedMatrix = QuantizedMatrix | PlainMatrix

/** Most bytes of an unpacked matrix in a scratch file. `mustBePlain`: the graph multiplies with this matrix in floats only. */
export function unpackedBytes(matrix: PackedMatrix, mustBePlain: boolean): number {
  if (matrix.kind === 'scaled') return scaledBytes(matrix, mustBePlain)
  if (matrix.kind === 'bitsandbytes') return matrix.scales.kind === 'nested' ? 4 * matrix.scales.codes.byteLength : 0
  const { rows } = matrix
  const { block, blockCount } = blocksOf(matrix.columns, matrix.groupSize)
  return rows * (blockCount * (block / 2 + 8) + 1)
}

/** Converts the layout of a matrix, with one matrix in memory. Fails with CheckpointError on groups that cannot be run. */
export async function unpackMatrix(name: string, matrix: PackedMatrix, mustBePlain: boolean, packing: Packing): Promise<UnpackedMatrix> {
  if (matrix.kind === 'scaled') return unpackScaled(name, matrix, mustBePlain, packing)
  if (matrix.kind !== 'bitsandbytes') return unpackGroups(name, matrix, packing)
  const { rows, columns, block, codes, scales } = matrix
  const absmax = scales.kind === 'plain' ? scales.absmax : await writeScales(await unpackScales(scales, packing.reader), packing)
  return { kind: 'nf4', rows, columns, block, codes, absmax }
}

/** bitsandbytes `dequantize_blockwise` plus the offset, in f32. */
async function unpackScales({ codes, table, block, absmax, offset }: NestedScales, reader: TensorReader): Promise<Float32Array> {
  const [indices, values, nested] = [await reader.read(codes, 0, codes.byteLength), await readFloats(table, reader), await readFloats(absmax, reader)]
  const shift = Math.fround(offset)
  return Float32Array.from(indices, (code, index) => Math.fround(values[code]! * nested[Math.floor(index / block)]!) + shift)
}

async function unpackGroups(name: string, matrix: Grouped, packing: Packing): Promise<QuantizedMatrix> {
  const { reader, scratch, location } = packing
  const { rows, columns, groupSize } = matrix
  const { block, blockCount } = blocksOf(matrix.columns, matrix.groupSize)
  const groups = await readGroups(name, matrix, reader)
  const write = async (bytes: Uint8Array, shape: readonly number[]): Promise<StoredTensor<'U8'>> => {
    const byteOffset = scratch.reserve(bytes.byteLength)
    await scratch.write(bytes, byteOffset)
    return { dtype: 'U8', shape, location, byteOffset, byteLength: bytes.byteLength }
  }
  const words = await readWords(matrix.codes, reader)
  const codes = new Uint8Array((rows * blockCount * block) / 2)
  if (matrix.kind === 'gptq') transposeWords(words, rows, columns / PER_WORD, new Uint32Array(codes.buffer))
  else spreadWords(words, rows, columns, (row, column, code) => (codes[(row * blockCount * block + column) >> 1]! |= code << (4 * (column & 1))))

  // Blocks of one group share its scale and zero point.
  const groupOf = (blockIndex: number) => Math.floor((blockIndex * block) / groupSize)
  const storedScales = await readFloats(matrix.scales, reader)
  const scales = Float32Array.from(
    { length: rows * blockCount },
    (_, index) => storedScales[groupOf(index % blockCount) * rows + Math.floor(index / blockCount)]!,
  )
  const storedZeros = unpackZeroPoints(name, matrix, await readWords(matrix.zeroPoints, reader))
  const zeroOf = (row: number, blockIndex: number) => storedZeros[groupOf(blockIndex) * rows + row]!
  const zeroPoints = groups
    ? // onnxruntime 1.30 reads packed zero points in the order of the columns, regardless of their groups; it reads floats by group.
      await writeScales(
        Float32Array.from({ length: rows * blockCount }, (_, index) => zeroOf(Math.floor(index / blockCount), index % blockCount)),
        packing,
      )
    : await write(packZeroPoints(rows, blockCount, zeroOf), [rows, Math.ceil(blockCount / 2)])
  return {
    kind: 'integers',
    bits: 4,
    rows,
    columns,
    block,
    codes: await write(codes, [rows, blockCount, block / 2]),
    scales: await writeScales(scales, packing),
    zeroPoints,
    ...(groups && { groups }),
  }
}

/** The stored group of each column; undefined if columns are in the order of their groups, because then it is not needed. */
async function readGroups(name: string, { groups, groupSize, columns }: Grouped, reader: TensorReader): Promise<StoredTensor<'I32'> | undefined> {
  if (!groups) return undefined
  const indices = await readWords(groups, reader)
  if (indices.every((group, column) => group === Math.floor(column / groupSize))) return undefined
  const count = columns / groupSize
  if (indices.some((group) => group >= count)) throw new CheckpointError(`${name}: a column has an unknown group`, 'Download or copy the checkpoint again.')
  if (groupSize > MOST_BLOCK)
    throw new CheckpointError(`${name}: GPTQ with desc_act in groups of ${groupSize} is not supported`, `With groups of ${MOST_BLOCK} or less it is.`)
  return groups
}

/** GPTQ: a word holds eight columns of one row, from the low bits on, which is the order of the output bytes; [words, rows] to [rows, words]. */
function transposeWords(words: Uint32Array, rows: number, wordsInRow: number, out: Uint32Array): void {
  const stride = out.length / rows
  for (let word = 0; word < wordsInRow; word++) for (let row = 0; row < rows; row++) out[row * stride + word] = words[word * rows + row]!
}

/** AWQ: a word holds one column of eight rows. */
function spreadWords(words: Uint32Array, rows: number, columns: number, put: (row: number, column: number, code: number) => void): void {
  const wordsInColumn = rows / PER_WORD
  for (let column = 0; column < columns; column++) {
    for (let word = 0; word < wordsInColumn; word++) {
      const packed = words[column * wordsInColumn + word]!
      for (let index = 0; index < PER_WORD; index++) put(word * PER_WORD + AWQ_ORDER[index]!, column, (packed >>> (4 * index)) & 15)
    }
  }
}

/** [groups, rows]. Fails with CheckpointError on a zero point of 16, which one GPTQ kernel reads as 16 and another as 0. */
function unpackZeroPoints(name: string, { kind, rows, zeroOffset }: Grouped, words: Uint32Array): Uint8Array {
  const zeros = new Uint8Array(words.length * PER_WORD)
  if (kind === 'awq') spreadWords(words, rows, words.length / (rows / PER_WORD), (row, group, zero) => (zeros[group * rows + row] = zero))
  else for (let index = 0; index < zeros.length; index++) zeros[index] = ((words[index >> 3]! >>> (4 * (index & 7))) & 15) + zeroOffset
  if (zeros.includes(16)) throw new CheckpointError(`${name}: GPTQ with a zero point of 16 is not supported`, 'Quantize again in the format gptq_v2.')
  return zeros
}
