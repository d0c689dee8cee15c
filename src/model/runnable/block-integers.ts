/** Symmetric integers in blocks, as onnxruntime's own quantizer makes them (`quantize_matmul_4bits` and `_8bits` with is_symmetric), in f32. */

/** Of integers. */
export interface IntegerFormat {
  readonly bits: 4 | 8
  /** Columns that share a scale. */
  readonly block: number
}

/** Extents of a packed row. */
export function packedRow(columns: number, { bits, block }: IntegerFormat): { readonly blocks: number; readonly bytes: number } {
  const blocks = Math.ceil(columns / block)
  return { blocks, bytes: (blocks * block * bits) / 8 }
}

/**
 * Packs whole rows. The value of largest magnitude in a block becomes the lowest integer, −8 or −128, so a scale has the opposite sign of that
 * value; the last block of a row is filled with zeros. Codes are the integers plus 8 or 128; with four bits, the first code is in the low bits.
 */
export function packIntegers(values: Float32Array, columns: number, format: IntegerFormat, codes: Uint8Array, scales: Float32Array): void {
  const { bits, block } = format
  const { blocks, bytes } = packedRow(columns, format)
  const middle = 2 ** (bits - 1)
  const largestCode = 2 ** bits - 1
  const blockCodes = new Uint8Array(block)
  for (let row = 0; row * columns < values.length; row++) {
    for (let blockIndex = 0; blockIndex < blocks; blockIndex++) {
      const start = row * columns + blockIndex * block
      const length = Math.min(block, columns - blockIndex * block)
      let [low, high] = [0, 0]
      for (let index = start; index < start + length; index++) {
        low = Math.min(low, values[index]!)
        high = Math.max(high, values[index]!)
      }
      const scale = Math.fround((Math.abs(high) > Math.abs(low) ? high : low) / -middle)
      const inverse = scale === 0 ? 0 : Math.fround(1 / scale)
      scales[row * blocks + blockIndex] = scale
      blockCodes.fill(middle)
      for (let index = 0; index < length; index++) {
        // The value is not negative before it is truncated, so rounding half up equals C's roundf.
        const shifted = Math.fround(Math.fround(values[start + index]! * inverse) + middle)
        blockCodes[index] = Math.min(largestCode, Math.max(0, Math.floor(shifted + 0.5)))
      }
      writeBlock(codes, row * bytes + (blockIndex * block * bits) / 8, blockCodes, bits)
    }
  }
}

function writeBlock(codes: Uint8Array, position: number, blockCodes: Uint8Array, bits: 4 | 8): void {
  if (bits === 8) codes.set(blockCodes, position)
  else for (let index = 0; index < blockCodes.length; index += 2) codes[position + index / 2] = blockCodes[index]! | (blockCodes[index + 1]! << 4)
}
