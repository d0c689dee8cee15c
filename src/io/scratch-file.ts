/** A large temporary file: weights that are made at load, which onnxruntime maps into memory, or hidden states. */
import { open, statfs } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { StoreError } from '../errors.ts'
import { cannotWrite } from './cannot-write.ts'
import { makeTemporaryFolder, removeLeftovers } from './temporary-folder.ts'
import { byteSize } from '../text/byte-size.ts'

/** Dispose of it to remove the file, after the sessions that use it. It is also removed when the program ends. */
export interface ScratchFile extends AsyncDisposable {
  /** Its path, links resolved. */
  readonly file: string
  /** Reserves `byteLength` bytes, and returns their position. */
  reserve(byteLength: number): number
  write(bytes: Uint8Array, position: number): Promise<void>
  /** Fills `bytes` with those from `position` on. */
  read(bytes: Uint8Array, position: number): Promise<void>
}

/** What a file is for. */
export interface ScratchContent {
  /** Lower-case letters; part of the folder's name. */
  readonly kind: string
  /** Subject of `CONTENT take 3 GB`. */
  readonly content: string
}

/** Parts begin at multiples of this number of bytes. */
const ALIGNMENT = 64

/** Makes the file in the system's temporary folder (TMPDIR). Fails with StoreError if that cannot be written or has not `byteLength` free. */
export async function openScratchFile(byteLength: number, { kind, content }: ScratchContent): Promise<ScratchFile> {
  const parent = os.tmpdir()
  const hint = 'Free space there, or set TMPDIR to a folder on another disk.'
  try {
    await removeLeftovers()
    const { bavail, bsize } = await statfs(parent)
    if (bavail * bsize < byteLength) {
      throw new StoreError(`${content} take ${byteSize(byteLength)}, ${parent} has ${byteSize(bavail * bsize)} free`, hint)
    }
    const folder = makeTemporaryFolder(kind)
    const file = path.join(folder.path, kind)
    const handle = await open(file, 'wx+')
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
      async read(bytes, position) {
        for (let done = 0; done < bytes.length;) {
          const { bytesRead } = await handle.read(bytes, done, bytes.length - done, position + done)
          if (bytesRead === 0) throw new RangeError(`${file} has no ${bytes.length} bytes at ${position}`)
          done += bytesRead
        }
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
