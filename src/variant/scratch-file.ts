/** A file for weights that are made at load. onnxruntime maps it into memory, and a model message cannot carry more than 2 GB. */
import { mkdtemp, open, readdir, realpath, rm, statfs } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { StoreError } from '../errors.ts'
import { isRunning } from '../is-running.ts'

/** Dispose of it to remove it: while a session is there it must be too. */
export interface ScratchFile extends AsyncDisposable {
  /** Its path, links resolved. */
  readonly file: string
  /** Sets so many bytes aside; comes back with where they begin. */
  reserve(byteLength: number): number
  write(bytes: Uint8Array, position: number): Promise<void>
}

/** Folders are called so, with the number of the process and what makes the name unique behind it. */
const PREFIX = 'evalharness-weights-'
/** Parts begin at multiples of so many bytes. */
const ALIGNMENT = 64

/** Makes the file in the system's temporary folder (TMPDIR). Fails with StoreError where that cannot be written or has not `byteLength` free. */
export async function openScratchFile(byteLength: number): Promise<ScratchFile> {
  const parent = os.tmpdir()
  const hint = 'Free space there, or set TMPDIR to a folder on another disk.'
  try {
    await removeLeftovers(parent)
    const { bavail, bsize } = await statfs(parent)
    if (bavail * bsize < byteLength) {
      throw new StoreError(`quantised weights take ${megabytes(byteLength)}, ${parent} has ${megabytes(bavail * bsize)} free`, hint)
    }
    const folder = await realpath(await mkdtemp(path.join(parent, `${PREFIX}${process.pid}-`)))
    const file = path.join(folder, 'weights')
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
        // Windows refuses while the session's process, which was told to end, still maps it.
        await rm(folder, { recursive: true, force: true, maxRetries: 5 })
      },
    }
  } catch (cause) {
    if (cause instanceof StoreError) throw cause
    throw new StoreError(`cannot write to ${parent}: ${cause instanceof Error ? cause.message : String(cause)}`, hint, { cause })
  }
}

/** What killed runs left: theirs is the number, and no process has it any more. */
async function removeLeftovers(parent: string): Promise<void> {
  for (const name of await readdir(parent)) {
    const [processId] = (name.startsWith(PREFIX) && /^\d+(?=-)/u.exec(name.slice(PREFIX.length))) || []
    if (processId !== undefined && !isRunning(Number(processId))) await rm(path.join(parent, name), { recursive: true, force: true }).catch(() => {})
  }
}

function megabytes(bytes: number): string {
  return `${Math.ceil(bytes / 1e6).toLocaleString('en-US')} MB`
}
