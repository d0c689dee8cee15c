/** Values of a tensor's bytes and back. Bytes are little-endian, as safetensors keeps them and as every supported machine does. */
import { getFloat16, setFloat16 } from '@petamoriken/float16'
import { BYTES_PER_VALUE, type Dtype } from './safetensors.ts'

/** Values of little-endian bytes: exact, except that F64 is rounded to the nearest f32, which is what all arithmetic is done in. The bytes may begin anywhere in their buffer. If `into` is given, it is filled and returned. */
export function decodeValues(bytes: Uint8Array, dtype: Dtype, into?: Float32Array): Float32Array {
  const count = bytes.byteLength / BYTES_PER_VALUE[dtype]
  const values = into ?? new Float32Array(count)
  switch (dtype) {
    case 'F64':
      values.set(new Float64Array(...aligned(bytes, 8), count))
      break
    case 'F32':
      values.set(new Float32Array(...aligned(bytes), count))
      break
    case 'BF16': {
      const halves = new Uint16Array(...aligned(bytes), count)
      const words = new Uint32Array(values.buffer, values.byteOffset, count)
      for (let index = 0; index < count; index++) words[index] = halves[index]! << 16
      break
    }
    case 'F16': {
      const halves = new Uint16Array(...aligned(bytes), count)
      const table = (float16Values ??= makeFloat16Values())
      for (let index = 0; index < count; index++) values[index] = table[halves[index]!]!
      break
    }
  }
  return values
}

/**
 * Little-endian bytes of values, each rounded once, to the nearest and to even between two. They are written into `into` if it is given, an aligned array
 * of their length.
 */
export function encodeValues(
  values: Float64Array | Float32Array,
  dtype: Dtype,
  into: Uint8Array = new Uint8Array(values.length * BYTES_PER_VALUE[dtype]),
): Uint8Array {
  const place = [into.buffer, into.byteOffset, values.length] as const
  switch (dtype) {
    case 'F64':
      new Float64Array(...place).set(values)
      break
    case 'F32':
      new Float32Array(...place).set(values)
      break
    case 'BF16': {
      const halves = new Uint16Array(...place)
      for (let index = 0; index < values.length; index++) halves[index] = bfloat16Bits(values[index]!)
      break
    }
    case 'F16': {
      const view = new DataView(into.buffer, into.byteOffset)
      values.forEach((value, index) => setFloat16(view, index * 2, value, true))
    }
  }
  return into
}

/** The nearest bfloat16; between two, the even one. */
export function roundToBfloat16(value: number): number {
  scratchBits[0] = bfloat16Bits(value) << 16
  return scratch[0]!
}

const scratch = new Float32Array(1)
const scratchBits = new Uint32Array(scratch.buffer)

function bfloat16Bits(value: number): number {
  if (Number.isNaN(value)) return 0x7fc0
  scratch[0] = value
  const bits = scratchBits[0]!
  const upper = bits >>> 16
  const rest = bits & 0xffff
  if (rest !== 0x8000) return rest > 0x8000 ? upper + 1 : upper
  // The f32 is halfway between two values. If the f64 is not, its side decides, so that it is rounded only once.
  const beyond = Math.abs(value) - Math.abs(scratch[0])
  return beyond > 0 || (beyond === 0 && upper % 2 === 1) ? upper + 1 : upper
}

/** Every value of the 65,536 float16 patterns: decoding one by one takes twenty times as long. */
let float16Values: Float32Array | undefined

function makeFloat16Values(): Float32Array {
  const view = new DataView(new ArrayBuffer(2))
  return Float32Array.from({ length: 0x10000 }, (_, bits) => {
    view.setUint16(0, bits, true)
    return getFloat16(view, 0, true)
  })
}

/** Typed arrays over wider elements must begin at a multiple of their width: if bytes do not, they are copied. */
function aligned(bytes: Uint8Array, width = 4): [ArrayBuffer, number] {
  if (bytes.byteOffset % width === 0) return [bytes.buffer as ArrayBuffer, bytes.byteOffset]
  return [bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer, 0]
}
