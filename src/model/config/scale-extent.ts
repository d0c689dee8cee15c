/** How quantized values are stored, and how many of them share a scale. */
import { CheckpointError } from '../../errors.ts'

/** How codes are stored: integers packed into words of 32 bits, one integer a byte, or FP8 (E4M3). */
export type ScaledStorage = 'packed-int4' | 'packed-int8' | 'int8' | 'fp8'

/** How many rows and columns of a matrix share a scale. */
export interface ScaleExtent {
  /** WHOLE_AXIS for all rows. */
  readonly scaleRows: number
  /** WHOLE_AXIS for all columns. */
  readonly scaleColumns: number
}

/** As many rows or columns as the matrix has. */
export const WHOLE_AXIS = -1

/** Checks the number of columns in a group: a power of two from 16 on, or WHOLE_AXIS. Fails with CheckpointError. */
export function groupSizeOf(size: number | undefined, file: string): number {
  if (size === WHOLE_AXIS) return size
  if (size === undefined || size < 16 || size > 2 ** 26 || !Number.isInteger(Math.log2(size)))
    throw new CheckpointError(`${file}: quantized in groups of ${size}`, 'Supported: powers of two from 16 on, or -1 for one group in each row.')
  return size
}
