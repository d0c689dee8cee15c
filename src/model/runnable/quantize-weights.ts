/** Quantizes a checkpoint's projections at load. It reads, packs and writes in pieces, so memory does not grow with the model. */
import { decodeValues } from '../weights/element-type.ts'
import { BYTES_PER_VALUE } from '../weights/safetensors.ts'
import type { TensorReader } from '../weights/tensor-bytes.ts'
import type { WeightTensor } from '../weights/stored-tensor.ts'
import { packedRow, packIntegers } from './block-integers.ts'
import { packNf4 } from './nf4.ts'
import type { QuantizedMatrix } from './runnable-weights.ts'
import type { ScratchFile } from '../../io/scratch-file.ts'
import type { QuantizeSetting } from './weight-settings.ts'

/** The output of packed bytes; the returned tensors have this `location`. */
export interface Packing {
  readonly reader: TensorReader
  readonly scratch: ScratchFile
  readonly location: string
}

/** Values in a piece; a whole number of blocks of any size that there is. */
const PIECE_VALUES = 1 << 20

/** Bytes of a quantized matrix. */
export function quantizedBytes([rows, columns]: readonly number[], { scheme, block }: QuantizeSetting): number {
  if (scheme === 'nf4') return Math.ceil((rows! * columns!) / 2) + 4 * Math.ceil((rows! * columns!) / block)
  const { blocks, bytes } = packedRow(columns!, { bits: scheme === 'int8' ? 8 : 4, block })
  return rows! * (bytes + 4 * blocks)
}

/** A matrix as it is stored: [out, in], or [in, out] if it is transposed. */
export interface StoredMatrix {
  readonly tensor: WeightTensor
  readonly isTransposed: boolean
}

/** Quantizes one matrix. */
export async function quantizeMatrix(matrix: StoredMatrix, { scheme, block }: QuantizeSetting, packing: Packing): Promise<QuantizedMatrix> {
  const { shape } = matrix.tensor
  const [rows, columns] = (matrix.isTransposed ? shape.toReversed() : shape) as [number, number]
  const common = { rows, columns, block }
  if (scheme === 'nf4') {
    const size = rows * columns
    const packed = { codes: new Uint8Array(PIECE_VALUES / 2), scales: new Float32Array(Math.ceil(size / block)), codeBytes: size / 2 }
    const stored = await packPieces(matrix, PIECE_VALUES, packed, packing, (values, start, codes) =>
      packNf4(values, block, codes, packed.scales.subarray(start / block)),
    )
    return { kind: 'nf4', ...common, codes: stored.codes, absmax: stored.scales }
  }
  const format = { bits: scheme === 'int8' ? 8 : 4, block } as const
  const { blocks, bytes } = packedRow(columns, format)
  const rowsInPiece = Math.max(1, Math.floor(PIECE_VALUES / columns))
  const packed = { codes: new Uint8Array(rowsInPiece * bytes), scales: new Float32Array(rows * blocks), codeBytes: rows * bytes }
  const stored = await packPieces(matrix, rowsInPiece * columns, packed, packing, (values, start, codes) =>
    packIntegers(values, columns, format, codes, packed.scales.subarray((start / columns) * blocks)),
  )
  const codes = { ...stored.codes, shape: [rows, blocks, bytes / blocks] }
  return { kind: 'integers', bits: format.bits, ...common, codes, scales: stored.scales }
}

/** Reads pieces of `pieceValues` values, packs each, and writes its codes; scales follow at the end. */
async function packPieces(
  { tensor, isTransposed }: StoredMatrix,
  pieceValues: number,
  { codes, scales, codeBytes }: { readonly codes: Uint8Array; readonly scales: Float32Array; readonly codeBytes: number },
  { reader, scratch, location }: Packing,
  pack: (values: Float32Array, start: number, codes: Uint8Array) => void,
) {
  const size = tensor.shape.reduce((product, extent) => product * extent, 1)
  const width = BYTES_PER_VALUE[tensor.dtype]
  const bytes = Buffer.allocUnsafeSlow(pieceValues * width)
  const values = new Float32Array(pieceValues)
  const rows = isTransposed ? await readTransposed(tensor, reader) : undefined
  const begin = scratch.reserve(codeBytes)
  for (let start = 0; start < size; start += pieceValues) {
    const length = Math.min(pieceValues, size - start)
    const piece = rows
      ? rows.subarray(start, start + length)
      : decodeValues(await reader.read(tensor, start * width, length * width, bytes), tensor.dtype, values.subarray(0, length))
    pack(piece, start, codes)
    await scratch.write(codes.subarray(0, (length * codeBytes) / size), begin + (start * codeBytes) / size)
  }
  return {
    codes: { dtype: 'U8', shape: [codeBytes], location, byteOffset: begin, byteLength: codeBytes } as const,
    scales: await writeScales(scales, { scratch, location }),
  }
}

/** The values of a matrix [in, out] in the order of [out, in]; the whole matrix is in memory. */
async function readTransposed(tensor: WeightTensor, reader: TensorReader): Promise<Float32Array> {
  const [inputs, outputs] = tensor.shape as [number, number]
  const stored = decodeValues(await reader.read(tensor, 0, tensor.byteLength), tensor.dtype)
  const values = new Float32Array(stored.length)
  for (let input = 0; input < inputs; input++)
    for (let output = 0; output < outputs; output++) values[output * inputs + input] = stored[input * outputs + output]!
  return values
}

/** Writes f32 scales; returns their tensor. */
export async function writeScales(scales: Float32Array, { scratch, location }: Pick<Packing, 'scratch' | 'location'>) {
  const byteOffset = scratch.reserve(scales.byteLength)
  await scratch.write(new Uint8Array(scales.buffer, scales.byteOffset, scales.byteLength), byteOffset)
  return { dtype: 'F32', shape: [scales.length], location, byteOffset, byteLength: scales.byteLength } as const
}
