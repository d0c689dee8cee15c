/** Files are never half-written: each is written under a temporary name in the same folder and then renamed. */
import { open, rename, rm } from 'node:fs/promises'
import path from 'node:path'
import { finishBeforeExit, removeAtExit } from './at-exit.ts'
import { cannotWrite } from './cannot-write.ts'
import { makeFolder } from './make-folder.ts'

/** Writes the pieces, replacing what is there; makes the folder. Fails with StoreError, and then nothing is left. */
export async function writeWhole(file: string, pieces: Iterable<string | Uint8Array>): Promise<void> {
  return finishBeforeExit(() => write(file, pieces))
}

async function write(file: string, pieces: Iterable<string | Uint8Array>): Promise<void> {
  const temporary = `${file}.${process.pid}.tmp`
  const forget = removeAtExit(path.resolve(temporary))
  try {
    await makeFolder(path.dirname(file))
    await writeAll(temporary, pieces)
    await rename(temporary, file)
  } catch (cause) {
    await rm(temporary, { force: true }).catch(() => {})
    throw cannotWrite(file, cause, 'Give a file in a writable folder.')
  } finally {
    forget()
  }
}

async function writeAll(file: string, pieces: Iterable<string | Uint8Array>): Promise<void> {
  await using handle = await open(file, 'w')
  for (const piece of pieces) await handle.writeFile(piece)
  await handle.sync()
}
