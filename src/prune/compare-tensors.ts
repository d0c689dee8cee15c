/** Whole tensors of two models compared, a piece at a time. */
import { layerTensorName } from '../model/families/tensor-names.ts'
import { decodeValues, encodeValues } from '../model/weights/element-type.ts'
import { BYTES_PER_VALUE } from '../model/weights/safetensors.ts'
import type { WeightTensor } from '../model/weights/stored-tensor.ts'
import type { ReadableWeights } from './layer-evidence.ts'
import { evaluateSum } from './merge-rule.ts'

/** Values compared at a time. */
const PIECE_VALUES = 1 << 18

/** A tensor of a layer of the variant, the base layer that it is most like, and the sum of base layers that it is supposed to be. */
export interface TensorClaim {
  readonly name: string
  readonly layer: number
  readonly nearest: number
  readonly sum: ReadonlyMap<number, number>
}

/** The comparison of a tensor with its claimed source. */
export interface TensorComparison {
  /** With the tensor of the nearest base layer. */
  readonly cosine: number
  /** Length of the difference from the sum over the length of the tensor. */
  readonly distance: number
  /** The bytes are those of the sum. */
  readonly isExact: boolean
}

/** Compares a tensor with its claim. */
export async function compareTensor(base: ReadableWeights, variant: ReadableWeights, { name, layer, nearest, sum }: TensorClaim): Promise<TensorComparison> {
  const tensor = variant.tensors.get(layerTensorName(variant.tensorNames, layer, name))!
  const count = tensor.byteLength / BYTES_PER_VALUE[tensor.dtype]
  let [product, square, nearestSquare, difference] = [0, 0, 0, 0]
  let isExact = sum.size > 0
  for (let start = 0; start < count; start += PIECE_VALUES) {
    const length = Math.min(PIECE_VALUES, count - start)
    const bytes = await readPiece(variant, tensor, start, length)
    const values = decodeValues(bytes, tensor.dtype)
    const baseValues = new Map<number, Float32Array>()
    for (const layer of new Set([nearest, ...sum.keys()])) {
      const from = base.tensors.get(layerTensorName(base.tensorNames, layer, name))!
      baseValues.set(layer, decodeValues(await readPiece(base, from, start, length), from.dtype))
    }
    // Rounded to the dtype of the variant, so that rounding does not count as a difference.
    const expectedBytes = encodeValues(
      evaluateSum(sum, (layer) => baseValues.get(layer)!, new Float64Array(length)),
      tensor.dtype,
    )
    const expected = decodeValues(expectedBytes, tensor.dtype)
    const nearestValues = baseValues.get(nearest)!
    for (let index = 0; index < length; index++) {
      const value = values[index]!
      product += value * nearestValues[index]!
      square += value * value
      nearestSquare += nearestValues[index]! * nearestValues[index]!
      difference += (value - expected[index]!) ** 2
    }
    isExact &&= Buffer.compare(bytes, expectedBytes) === 0
  }
  return { cosine: square * nearestSquare === 0 ? 0 : product / Math.sqrt(square * nearestSquare), distance: relativeLength(difference, square), isExact }
}

/** Length of the difference of two tensors over the length of the variant's, over the rows that both have. */
export async function distanceOverCommonRows(
  base: ReadableWeights,
  variant: ReadableWeights,
  { from, to }: { readonly from: WeightTensor; readonly to: WeightTensor },
): Promise<number> {
  const count = Math.min(from.byteLength / BYTES_PER_VALUE[from.dtype], to.byteLength / BYTES_PER_VALUE[to.dtype])
  let [square, difference] = [0, 0]
  for (let start = 0; start < count; start += PIECE_VALUES) {
    const length = Math.min(PIECE_VALUES, count - start)
    const [a, b] = [decodeValues(await readPiece(base, from, start, length), from.dtype), decodeValues(await readPiece(variant, to, start, length), to.dtype)]
    for (let index = 0; index < length; index++) {
      square += b[index]! ** 2
      difference += (b[index]! - a[index]!) ** 2
    }
  }
  return relativeLength(difference, square)
}

/** √(difference / square). For a tensor of zeros: 0 without a difference, else 1. */
function relativeLength(difference: number, square: number): number {
  return square === 0 ? Number(difference !== 0) : Math.sqrt(difference / square)
}

function readPiece({ reader }: ReadableWeights, tensor: WeightTensor, start: number, length: number): Promise<Uint8Array> {
  const width = BYTES_PER_VALUE[tensor.dtype]
  return reader.read(tensor, start * width, length * width)
}
