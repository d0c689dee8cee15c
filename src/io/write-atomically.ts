/** Files are never half-written: each is written under a temporary name in the same folder and then renamed. */
import { open, realpath, rename, rm, stat } from 'node:fs/promises'
import path from 'node:path'
import { finishBeforeExit, removeAtExit } from './at-exit.ts'
import { cannotWrite } from './cannot-write.ts'
import { makeFolder } from './make-folder.ts'

/**
 * Writes the pieces, replacing what is there; makes the folder. A link stays, and the file that it points to is replaced; a device, a pipe or `/dev/stdout`
 * receives the pieces. Fails with StoreError, and then nothing is left.
 */
export async function writeWhole(file: string, pieces: Iterable<string | Uint8Array>): Promise<void> {
  return finishBeforeExit(async () => {
    try {
      await ((await isStream(file)) ? append(file, pieces) : replace(await linkedFile(file), pieces))
    } catch (cause) {
      throw cannotWrite(file, cause, 'Give a file in a writable folder.')
    }
  })
}

/** Whether there is something that must not be replaced. What a shell has opened as `/dev/stdout` may be a file too. */
async function isStream(file: string): Promise<boolean> {
  const found = await stat(file).catch(() => null)
  return found !== null && !found.isDirectory() && (!found.isFile() || /^\/(?:dev|proc)\//u.test(path.resolve(file)))
}

/** The file itself, or that behind its links; a link to nothing counts as the file. */
async function linkedFile(file: string): Promise<string> {
  return realpath(file).catch(() => file)
}

async function append(file: string, pieces: Iterable<string | Uint8Array>): Promise<void> {
  await using handle = await open(file, 'a')
  for (const piece of pieces) await handle.writeFile(piece)
}

let writeCount = 0

async function replace(file: string, pieces: Iterable<string | Uint8Array>): Promise<void> {
  // Another part of the program may write the same file.
  const temporary = `${file}.${process.pid}.${(writeCount += 1)}.tmp`
  const forget = removeAtExit(path.resolve(temporary))
  try {
    await makeFolder(path.dirname(file))
    await writeAll(temporary, pieces)
    await rename(temporary, file)
  } catch (cause) {
    await rm(temporary, { force: true }).catch(() => {})
    throw cause
  } finally {
    forget()
  }
}

async function writeAll(file: string, pieces: Iterable<string | Uint8Array>): Promise<void> {
  await using handle = await open(file, 'w')
  for (const piece of pieces) await handle.writeFile(piece)
  await handle.sync()
}
