/** NF4 as bitsandbytes 0.50.2 computes it on the CPU (`backends/default/ops.py`, quantize_4bit), operation by operation in f32. */

/** Quantiles of the normal distribution between −1 and 1 (arXiv 2305.14314, appendix E). */
export const NF4_CODEBOOK = Float32Array.of(
  -1,
  -0.6961928009986877,
  -0.5250730514526367,
  -0.39491748809814453,
  -0.28444138169288635,
  -0.18477343022823334,
  -0.09105003625154495,
  0,
  0.07958029955625534,
  0.16093020141124725,
  0.24611230194568634,
  0.33791524171829224,
  0.44070982933044434,
  0.5626170039176941,
  0.7229568362236023,
  1,
)

/** Midpoints between neighbors, in f32. A value on a midpoint gets the lower neighbor. No value is above the last one. */
const MIDPOINTS = Float32Array.from({ length: 16 }, (_, index) => (index === 15 ? Infinity : Math.fround(NF4_CODEBOOK[index]! + NF4_CODEBOOK[index + 1]!) / 2))
/** Below this a block counts as zero. */
const LEAST_SCALE = Math.fround(1e-38)

/** Packs an even number of values: codes two a byte, the first in the high bits, and the largest magnitude of each block of values. */
export function packNf4(values: Float32Array, block: number, codes: Uint8Array, absmax: Float32Array): void {
  for (let start = 0, blockIndex = 0; start < values.length; start += block, blockIndex++) {
    const end = Math.min(start + block, values.length)
    let largest = 0
    for (let index = start; index < end; index++) largest = Math.max(largest, Math.abs(values[index]!))
    absmax[blockIndex] = largest
    const inverse = Math.fround(1 / Math.max(largest, LEAST_SCALE))
    for (let index = start; index < end; index += 2) {
      codes[index >> 1] = (nearestCode(Math.fround(values[index]! * inverse)) << 4) | nearestCode(Math.fround(values[index + 1]! * inverse))
    }
  }
}

/** Cells in a unit of scaled values; enough that no cell has two midpoints. */
const CELLS = 2048
/** Number of midpoints below each cell, from −1 on. The last cell is for values that rounding puts above 1. */
const BELOW_CELL = Uint8Array.from({ length: 2 * CELLS + 2 }, (_, cell) => MIDPOINTS.filter((midpoint) => midpoint < cell / CELLS - 1).length)

/** Number of midpoints below a value: those below its cell, plus the one in its cell if that is below. A binary search would mispredict each branch. */
function nearestCode(scaled: number): number {
  const code = BELOW_CELL[Math.trunc((scaled + 1) * CELLS)]!
  return scaled > MIDPOINTS[code]! ? code + 1 : code
}
