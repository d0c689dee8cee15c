/** Writes a safetensors file from streams; memory is bounded by the pieces of the streams. */
import { open } from 'node:fs/promises'
import { BYTES_PER_VALUE, type Dtype } from './safetensors.ts'

/** A tensor to be written. */
export interface TensorToWrite {
  readonly name: string
  readonly dtype: Dtype
  readonly shape: readonly number[]
  /** Its bytes, little-endian and row-major. */
  readonly bytes: () => AsyncIterable<Uint8Array>
}

/** The tensors' sizes in bytes. */
export function tensorByteLength({ dtype, shape }: Pick<TensorToWrite, 'dtype' | 'shape'>): number {
  return shape.reduce((product, extent) => product * extent, BYTES_PER_VALUE[dtype])
}

/** Writes the tensors in order and flushes them to the disk. `onBytes` receives the size of each written piece. */
export async function writeSafetensors(file: string, tensors: readonly TensorToWrite[], onBytes: (count: number) => void = () => {}): Promise<void> {
  await using handle = await open(file, 'wx')
  await handle.writeFile(header(tensors))
  for (const tensor of tensors) {
    let written = 0
    for await (const piece of tensor.bytes()) {
      await handle.writeFile(piece)
      written += piece.byteLength
      onBytes(piece.byteLength)
    }
    const expected = tensorByteLength(tensor)
    if (written !== expected) throw new Error(`tensor ${tensor.name} takes ${expected} bytes, got ${written}`)
  }
  await handle.sync()
}

/** Length and JSON; padded so that the data begins at a multiple of 8, as the format requires. transformers requires the metadata format `pt`. */
function header(tensors: readonly TensorToWrite[]): Uint8Array {
  let position = 0
  const entries = tensors.map((tensor) => {
    const begin = position
    position += tensorByteLength(tensor)
    return [tensor.name, { dtype: tensor.dtype, shape: tensor.shape, data_offsets: [begin, position] }] as const
  })
  const text = JSON.stringify({ __metadata__: { format: 'pt' }, ...Object.fromEntries(entries) })
  const json = Buffer.from(text.padEnd(text.length + ((8 - (Buffer.byteLength(text) % 8)) % 8)))
  const length = Buffer.alloc(8)
  length.writeBigUInt64LE(BigInt(json.length))
  return Buffer.concat([length, json])
}
