/** A folder that appears whole or not at all: filled beside its place, then renamed. */
import { mkdir, readdir, realpath, rename, rm, statfs } from 'node:fs/promises'
import path from 'node:path'
import { finishBeforeExit, removeAtExit } from '../io/at-exit.ts'
import { StoreError, UsageError } from '../errors.ts'
import { isRunning } from '../io/is-running.ts'
import { errorText } from '../text/error-text.ts'
import { pathExists } from '../io/path-exists.ts'
import { byteSize } from '../text/byte-size.ts'

/** A checkpoint folder under construction. Dispose of it to remove what was not published. */
export interface OutputFolder extends AsyncDisposable {
  /** Where to write; not where it will be. */
  readonly path: string
  /** For files that are not part of the checkpoint; gone with the construction. */
  readonly workFolder: string
  /** Puts the folder in its place. The file `seal`, without which nobody takes it for a checkpoint, gets its name last. */
  publish(seal: string): Promise<void>
}

/** How the name of an unpublished folder ends. */
const SUFFIX = /\.(\d+)\.unfinished$/u
/** How the name of the file is lengthened until all else is in place. */
const UNSEALED = '.unfinished'

/** Name of the file that `publish` renames. */
export function unsealed(file: string): string {
  return `${file}${UNSEALED}`
}

/**
 * Begins the folder `target`. Fails with UsageError when it exists and holds anything, unless `force`, or holds `original`; with
 * StoreError when it cannot be written or `bytes` do not fit. What a killed run left beside it is removed.
 */
export async function beginOutputFolder(
  target: string,
  { original, bytes, force }: { readonly original: string; readonly bytes: number; readonly force: boolean },
): Promise<OutputFolder> {
  const place = path.resolve(target)
  await checkTarget(place, original, force)
  const parent = path.dirname(place)
  const folder = `${place}.${process.pid}.unfinished`
  const workFolder = path.join(folder, 'work')
  try {
    await mkdir(parent, { recursive: true })
    await removeLeftovers(place)
    await mkdir(workFolder, { recursive: true })
  } catch (cause) {
    throw cannotWrite(place, cause)
  }
  const forget = removeAtExit(folder)
  const { bavail, bsize } = await statfs(folder)
  if (bavail * bsize < bytes) {
    await rm(folder, { recursive: true, force: true })
    throw new StoreError(
      `${place} needs ${byteSize(bytes)}, the disk has ${byteSize(bavail * bsize)} free`,
      'Free space, or give a folder on another disk with --out.',
    )
  }
  return {
    path: folder,
    workFolder,
    async publish(seal) {
      await rm(workFolder, { recursive: true })
      await finishBeforeExit(() => putInPlace(folder, place, seal))
      forget()
    },
    async [Symbol.asyncDispose]() {
      // Writes that an interruption let go may still make files.
      await rm(folder, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}

async function putInPlace(folder: string, place: string, seal: string): Promise<void> {
  const old = `${folder}.old`
  const isReplaced = await pathExists(place)
  if (isReplaced) await rename(place, old)
  await rename(folder, place)
  await rename(path.join(place, unsealed(seal)), path.join(place, seal))
  if (isReplaced) await rm(old, { recursive: true })
}

async function checkTarget(place: string, original: string, force: boolean): Promise<void> {
  const entries = await readdir(place).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return []
    throw error.code === 'ENOTDIR'
      ? new UsageError(`--out ${place} is a file or lies below one`, 'Give a folder that does not exist yet.')
      : cannotWrite(place, error)
  })
  if (entries.length === 0) return
  const within = path.relative(await realpath(place), await realpath(original))
  if (within === '' || (!within.startsWith('..') && !path.isAbsolute(within))) {
    throw new UsageError(`--out ${place} holds the model that is to be pruned`, 'Give another folder.')
  }
  if (!force) throw new UsageError(`--out ${place} exists and is not empty`, 'Give another folder, or --force to replace it.')
}

/** Folders of runs that were killed: theirs is the name, and no process has the number any more. */
async function removeLeftovers(place: string): Promise<void> {
  const parent = path.dirname(place)
  for (const name of await readdir(parent)) {
    const number = SUFFIX.exec(name)
    if (number && name === `${path.basename(place)}${number[0]}` && !isRunning(Number(number[1])))
      await rm(path.join(parent, name), { recursive: true, force: true })
  }
}

function cannotWrite(place: string, cause: unknown): StoreError {
  return new StoreError(`cannot write to ${place}: ${errorText(cause)}`, 'Give a folder that can be written to with --out.', {
    cause,
  })
}
