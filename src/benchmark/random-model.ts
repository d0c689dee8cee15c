/**
 * A model of any size with random weights, for speed measurements. All tensors are windows into one file of random values, each at its own offset: an 8B model
 * takes the disk space and the time of its largest tensor, not of all of them. Its shapes, and so its speed, are those of a real model; its log-likelihoods mean nothing.
 */
import { open, statfs } from 'node:fs/promises'
import path from 'node:path'
import type { ModelConfig } from '../model/config/config.ts'
import { countParameters, expectedTensors } from '../model/weights/expected-tensors.ts'
import type { WeightTensor } from '../model/weights/stored-tensor.ts'
import { StoreError } from '../errors.ts'
import { byteSize } from '../text/byte-size.ts'
import type { RunnableWeights } from '../model/runnable/runnable-weights.ts'

/** Types in which values are stored: two bytes each. */
export type StoredType = 'BF16' | 'F16'

/** A model over its file. */
export interface RandomModel {
  readonly weights: RunnableWeights
  /** Path of the file with all values. */
  readonly file: string
  readonly parameterCount: number
  /** Of the file. */
  readonly byteLength: number
  /** Of all tensors as a device holds them in the stored type. */
  readonly weightBytes: number
}

const FILE = 'random-values.bin'
/** Largest difference between the offsets of tensors. */
const SLACK_BYTES = 2 ** 24
/** Offsets are multiples of this. */
const ALIGNMENT = 64
/** Distance between the offsets of neighboring tensors, in multiples of the alignment; it has no common divisor with the slack. */
const STRIDE = 40_503
/** Written at once. */
const PIECE_VALUES = 2 ** 22

/** How a value is made of 16 random bits: `keep` leaves sign, mantissa and the lowest bit of the exponent, `set` the rest of it: from 2^-7 to 2^-5, either sign. */
const BITS = {
  BF16: { keep: 0x80ff80ff, set: 0x3c003c00, one: 0x3f80 },
  F16: { keep: 0x87ff87ff, set: 0x20002000, one: 0x3c00 },
} as const

/** Offsets of the tensors in the file, and its length; plain data, so that it can be sent to another process. */
export function planRandomWeights(
  config: ModelConfig,
  dtype: StoredType,
): { readonly tensors: ReadonlyMap<string, WeightTensor>; readonly byteLength: number; readonly onesBytes: number } {
  const expected = expectedTensors(config).map(({ name, shape }) => ({ name, shape, byteLength: 2 * shape.reduce((product, extent) => product * extent, 1) }))
  const isNorm = (name: string) => name.includes('norm')
  const onesBytes = aligned(Math.max(0, ...expected.filter(({ name }) => isNorm(name)).map(({ byteLength }) => byteLength)))
  const largest = Math.max(...expected.map(({ byteLength }) => byteLength))
  const tensors = new Map(
    expected.map(({ name, shape, byteLength }, index): [string, WeightTensor] => {
      const byteOffset = isNorm(name) ? 0 : onesBytes + ((index * STRIDE * ALIGNMENT) % SLACK_BYTES)
      return [name, { dtype, shape, location: FILE, byteOffset, byteLength }]
    }),
  )
  return { tensors, byteLength: onesBytes + aligned(largest) + SLACK_BYTES, onesBytes }
}

/** Makes the model's file in `folder`. Fails with StoreError if the disk has no room for it. */
export async function makeRandomModel(folder: string, config: ModelConfig, dtype: StoredType): Promise<RandomModel> {
  const { tensors, byteLength, onesBytes } = planRandomWeights(config, dtype)
  const { bavail, bsize } = await statfs(folder)
  if (bavail * bsize < byteLength * 1.02)
    throw new StoreError(
      `a random model takes ${byteSize(byteLength)} in ${folder}, which has ${byteSize(bavail * bsize)} free`,
      'Set TMPDIR to a folder with more room, or give a smaller --model-size.',
    )
  const file = path.join(folder, FILE)
  await writeValues(file, dtype, byteLength, onesBytes)
  return {
    weights: { root: folder, tensors },
    file,
    parameterCount: countParameters(config),
    byteLength,
    weightBytes: [...tensors.values()].reduce((sum, tensor) => sum + tensor.byteLength, 0),
  }
}

/** Ones for norms, then random values. */
async function writeValues(file: string, dtype: StoredType, byteLength: number, onesBytes: number): Promise<void> {
  const { keep, set, one } = BITS[dtype]
  await using handle = await open(file, 'wx')
  await handle.writeFile(new Uint8Array(new Uint16Array(onesBytes / 2).fill(one).buffer))
  const words = new Uint32Array(PIECE_VALUES / 2)
  let state = 0x2545f491
  for (let left = byteLength - onesBytes; left > 0;) {
    for (let index = 0; index < words.length; index++) {
      state ^= state << 13
      state ^= state >>> 17
      state ^= state << 5
      words[index] = (state & keep) | set
    }
    const piece = new Uint8Array(words.buffer, 0, Math.min(words.byteLength, left))
    await handle.writeFile(piece)
    left -= piece.byteLength
  }
}

function aligned(bytes: number): number {
  return Math.ceil(bytes / ALIGNMENT) * ALIGNMENT
}
