/** Reads the bytes of tensors from their files, a piece at a time. */
import { open, type FileHandle } from 'node:fs/promises'
import path from 'node:path'
import { CheckpointError } from '../../errors.ts'
import type { StoredTensor } from './stored-tensor.ts'

/** Files of a checkpoint, opened when they are first read. Dispose of it to close them. */
export interface TensorReader extends AsyncDisposable {
  /**
   * `length` bytes of a tensor from `start`, counted from the tensor's first byte: a part of `into` if that is given.
   * Fails with CheckpointError if the file ends early.
   */
  read(tensor: Pick<StoredTensor, 'location' | 'byteOffset'>, start: number, length: number, into?: Uint8Array): Promise<Uint8Array>
}

/** A reader of tensors whose locations are relative to `root`. */
export function tensorReader(root: string): TensorReader {
  const handles = new Map<string, Promise<FileHandle>>()
  const handleOf = (location: string) => {
    const known = handles.get(location)
    if (known) return known
    const opened = open(path.join(root, location))
    handles.set(location, opened)
    return opened
  }
  return {
    async read(tensor, start, length, into) {
      const handle = await handleOf(tensor.location)
      const bytes = into ? into.subarray(0, length) : Buffer.allocUnsafe(length)
      for (let done = 0; done < length;) {
        const { bytesRead } = await handle.read(bytes, done, length - done, tensor.byteOffset + start + done)
        if (bytesRead === 0) {
          throw new CheckpointError(
            `${path.join(root, tensor.location)} ends at byte ${tensor.byteOffset + start + done}, inside a tensor`,
            'It was changed while it was read; run again.',
          )
        }
        done += bytesRead
      }
      return bytes
    },
    async [Symbol.asyncDispose]() {
      for (const handle of handles.values()) await (await handle).close()
    },
  }
}
