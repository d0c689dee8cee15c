/** Whether two tensors hold the same values, whatever their element types. */
import { decodeValues } from './element-type.ts'
import { BYTES_PER_VALUE } from './safetensors.ts'
import type { TensorReader } from './tensor-bytes.ts'
import type { WeightTensor } from './stored-tensor.ts'

/** Values compared at a time. */
const PIECE_VALUES = 1 << 18

/** Compares tensors of one shape; ends at the first difference. Zeros of either sign are equal, and NaN is equal to nothing, as in torch. */
export async function haveEqualValues(a: WeightTensor, b: WeightTensor, reader: TensorReader): Promise<boolean> {
  const count = a.byteLength / BYTES_PER_VALUE[a.dtype]
  for (let start = 0; start < count; start += PIECE_VALUES) {
    const length = Math.min(PIECE_VALUES, count - start)
    const [left, right] = [await valuesOf(a, start, length, reader), await valuesOf(b, start, length, reader)]
    for (let index = 0; index < length; index++) if (left[index] !== right[index]) return false
  }
  return true
}

async function valuesOf(tensor: WeightTensor, start: number, length: number, reader: TensorReader): Promise<Float32Array> {
  const width = BYTES_PER_VALUE[tensor.dtype]
  return decodeValues(await reader.read(tensor, start * width, length * width), tensor.dtype)
}
