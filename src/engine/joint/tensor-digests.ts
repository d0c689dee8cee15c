/** Which of many stored tensors have equal bytes, without reading those that cannot have. */
import { createHash } from 'node:crypto'
import { open, type FileHandle } from 'node:fs/promises'
import { CheckpointError } from '../../errors.ts'
import type { StoredTensor } from '../../model/weights/stored-tensor.ts'

/** A tensor with the path of its file. */
export interface PlacedTensor extends Omit<StoredTensor, 'location'> {
  readonly file: string
}

/** Bytes of each sample. */
const SAMPLE_BYTES = 4096
const PIECE_BYTES = 1 << 20

/**
 * A text for each tensor, equal for equal type, shape and bytes. Tensors are told apart by samples of their bytes; those whose samples are
 * equal are read whole, unless all of them are one place in one file, or `samplesOnly` says that the samples are enough. Fails with CheckpointError on a
 * file that cannot be read.
 */
export async function digestTensors(tensors: readonly PlacedTensor[], { samplesOnly = false } = {}): Promise<(tensor: PlacedTensor) => string> {
  const handles = new Map<string, FileHandle>()
  try {
    const places = new Map(tensors.map((tensor) => [placeOf(tensor), tensor]))
    const alike = new Map<string, string[]>()
    for (const [place, tensor] of places) {
      const sample = await sampleDigest(await handleOf(tensor, handles), tensor)
      alike.set(sample, [...(alike.get(sample) ?? []), place])
    }
    const digests = new Map<string, string>()
    for (const [sample, members] of alike)
      for (const place of members) digests.set(place, samplesOnly || members.length === 1 ? sample : await wholeDigest(places.get(place)!, handles))
    return (tensor) => digests.get(placeOf(tensor))!
  } finally {
    for (const handle of handles.values()) await handle.close()
  }
}

/** Type and shape too: the same bytes may be read as another tensor. */
function placeOf({ file, dtype, shape, byteOffset, byteLength }: PlacedTensor): string {
  return JSON.stringify([file, byteOffset, byteLength, dtype, shape])
}

async function handleOf({ file }: PlacedTensor, handles: Map<string, FileHandle>): Promise<FileHandle> {
  const known = handles.get(file)
  if (known) return known
  const handle = await open(file).catch((cause: unknown) => {
    throw new CheckpointError(`cannot read ${file}`, 'It was there a moment ago; run again.', { cause })
  })
  handles.set(file, handle)
  return handle
}

/** Of the beginning, the middle and the end. */
async function sampleDigest(handle: FileHandle, tensor: PlacedTensor): Promise<string> {
  const { dtype, shape, byteLength } = tensor
  const length = Math.min(SAMPLE_BYTES, byteLength)
  const starts = new Set([0, Math.floor((byteLength - length) / 2), byteLength - length])
  const hash = createHash('sha256').update(JSON.stringify([dtype, shape]))
  for (const start of starts) hash.update(await readBytes(handle, tensor, start, Buffer.allocUnsafe(length)))
  return hash.digest('hex')
}

async function wholeDigest(tensor: PlacedTensor, handles: Map<string, FileHandle>): Promise<string> {
  const handle = await handleOf(tensor, handles)
  const hash = createHash('sha256').update(JSON.stringify([tensor.dtype, tensor.shape]))
  const buffer = Buffer.allocUnsafe(Math.min(PIECE_BYTES, tensor.byteLength))
  for (let start = 0; start < tensor.byteLength; start += PIECE_BYTES)
    hash.update(await readBytes(handle, tensor, start, buffer.subarray(0, Math.min(PIECE_BYTES, tensor.byteLength - start))))
  return hash.digest('hex')
}

async function readBytes(handle: FileHandle, { file, byteOffset }: PlacedTensor, start: number, into: Buffer): Promise<Buffer> {
  for (let done = 0; done < into.length;) {
    const { bytesRead } = await handle.read(into, done, into.length - done, byteOffset + start + done)
    if (bytesRead === 0) throw new CheckpointError(`${file} ends inside a tensor`, 'It was changed while it was read; run again.')
    done += bytesRead
  }
  return into
}
