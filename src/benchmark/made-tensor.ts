/** Values of a tensor that follow from its name: the same here and in scripts/make-benchmark-goldens.py, so that no small checkpoint has to ship. */
import { crc32 } from 'node:zlib'

/** Of a norm's scale 1 ± 1/4, of anything else from -1/4 to 1/4; bfloat16 holds each of them exactly. Row-major, as many as `shape` has. */
export function madeTensor(name: string, shape: readonly number[]): Float32Array {
  const isNorm = name.includes('norm')
  const seed = crc32(name)
  return Float32Array.from({ length: shape.reduce((product, extent) => product * extent, 1) }, (_, index) => {
    const signed = (mixed((seed + Math.imul(index, 0x9e3779b9)) | 0) >>> 24) - 128
    return isNorm ? 1 + (signed >> 2) / 128 : signed / 512
  })
}

/** MurmurHash3's finalizer over a 32-bit number. */
function mixed(value: number): number {
  let bits = value
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b)
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35)
  return bits ^ (bits >>> 16)
}
