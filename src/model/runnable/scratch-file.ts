/** A file for weights that are made at load. onnxruntime maps it into memory; a model message cannot contain more than 2 GB. */
import { open, statfs } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { StoreError } from '../../errors.ts'
import { cannotWrite } from '../../io/cannot-write.ts'
import { makeTemporaryFolder, removeLeftovers } from '../../io/temporary-folder.ts'
import { byteSize } from '../../text/byte-size.ts'

/** Dispose of it to remove the file, after the sessions that use it. */
export interface ScratchFile extends AsyncDisposable {
  /** Its path, links resolved. */
  readonly file: string
  /** Reserves `byteLength` bytes, and returns their position. */
  reserve(byteLength: number): number
  write(bytes: Uint8Array, position: number): Promise<void>
}

/** Parts begin at multiples of this number of bytes. */
const ALIGNMENT = 64

/** Makes the file in the system's temporary folder (TMPDIR). Fails with StoreError if that cannot be written or has not `byteLength` free. */
export async function openScratchFile(byteLength: number): Promise<ScratchFile> {
  const parent = os.tmpdir()
  const hint = 'Free space there, or set TMPDIR to a folder on another disk.'
  try {
    await removeLeftovers()
    const { bavail, bsize } = await statfs(parent)
    if (bavail * bsize < byteLength) {
      throw new StoreError(`quantized weights take ${byteSize(byteLength)}, ${parent} has ${byteSize(bavail * bsize)} free`, hint)
    }
    const folder = await makeTemporaryFolder('weights')
    const file = path.join(folder.path, 'weights')
    const handle = await open(file, 'wx')
    let size = 0
    return {
      file,
      reserve(length) {
        const position = size
        size = Math.ceil((size + length) / ALIGNMENT) * ALIGNMENT
        return position
      },
      async write(bytes, position) {
        for (let done = 0; done < bytes.length;) done += (await handle.write(bytes, done, bytes.length - done, position + done)).bytesWritten
      },
      async [Symbol.asyncDispose]() {
        await handle.close()
        await folder[Symbol.asyncDispose]()
      },
    }
  } catch (cause) {
    if (cause instanceof StoreError) throw cause
    throw cannotWrite(`to ${parent}`, cause, 'Set TMPDIR to a writable folder.')
  }
}
