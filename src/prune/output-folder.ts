/** An output folder that is complete or absent: it is filled beside its final path, then renamed. */
import { readdir, realpath, rename, rm, statfs } from 'node:fs/promises'
import path from 'node:path'
import { finishBeforeExit, removeAtExit } from '../io/at-exit.ts'
import { StoreError, UsageError } from '../errors.ts'
import { cannotWrite } from '../io/cannot-write.ts'
import { isRunning } from '../io/is-running.ts'
import { pathExists } from '../io/path-exists.ts'
import { byteSize } from '../text/byte-size.ts'
import { isWithin } from '../text/is-within.ts'
import { makeFolder } from '../io/make-folder.ts'

/** A checkpoint folder under construction. Dispose of it to remove an unpublished checkpoint. */
export interface OutputFolder extends AsyncDisposable {
  /** Folder to write to; `publish` renames it. */
  readonly path: string
  /** Folder for files that are not part of the checkpoint; `publish` removes it. */
  readonly workFolder: string
  /** Renames the folder to its final path. The file `seal`, without which the folder is not a checkpoint, gets its name last. */
  publish(seal: string): Promise<void>
}

/** Suffix of an unpublished folder: the process that fills it. */
const SUFFIX = /\.(\d+)\.unfinished$/u
/** Suffix of the sealing file until everything else is renamed. */
const UNSEALED = '.unfinished'

/** Name of the file that `publish` renames. */
export function unsealed(file: string): string {
  return `${file}${UNSEALED}`
}

/**
 * Begins the folder `out`. Fails with UsageError when it holds `original`, or exists with files and not `force`; with StoreError when it cannot be written or
 * `bytes` do not fit on the disk. Removes the leftovers of killed processes beside it.
 */
export async function beginOutputFolder(
  out: string,
  { original, bytes, force }: { readonly original: string; readonly bytes: number; readonly force: boolean },
): Promise<OutputFolder> {
  const target = path.resolve(out)
  await checkOutputFolder(out, { original, force })
  const parent = path.dirname(target)
  const folder = `${target}.${process.pid}.unfinished`
  const workFolder = path.join(folder, 'work')
  const cancelRemoval = removeAtExit(folder)
  try {
    await finishBeforeExit(async () => {
      await makeFolder(parent)
      await removeLeftovers(target)
      await makeFolder(workFolder)
    })
  } catch (cause) {
    throw notWritable(target, cause)
  }
  const { bavail, bsize } = await statfs(folder)
  if (bavail * bsize < bytes) {
    await rm(folder, { recursive: true, force: true })
    throw new StoreError(
      `${target} needs ${byteSize(bytes)}, the disk has ${byteSize(bavail * bsize)} free`,
      'Free space, or give a folder on another disk with --out.',
    )
  }
  return {
    path: folder,
    workFolder,
    async publish(seal) {
      await rm(workFolder, { recursive: true })
      await finishBeforeExit(() => renameTo(folder, target, seal))
      cancelRemoval()
    },
    async [Symbol.asyncDispose]() {
      // Writes of cancelled work may still create files.
      await rm(folder, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}

async function renameTo(folder: string, target: string, seal: string): Promise<void> {
  const old = `${folder}.old`
  const isReplaced = await pathExists(target)
  if (isReplaced) await rename(target, old)
  await rename(folder, target)
  await rename(path.join(target, unsealed(seal)), path.join(target, seal))
  if (isReplaced) await rm(old, { recursive: true })
}

/** The checks of `out` that need no weights, to be made before long work. Fails as `beginOutputFolder` does. */
export async function checkOutputFolder(out: string, { original, force }: { readonly original: string; readonly force: boolean }): Promise<void> {
  const target = path.resolve(out)
  const entries = await readdir(target).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return []
    throw error.code === 'ENOTDIR'
      ? new UsageError(`--out ${target} is a file or a path below a file`, 'Give a folder that does not exist yet.')
      : notWritable(target, error)
  })
  if (entries.length === 0) return
  if (isWithin(await realpath(target), await realpath(original))) throw new UsageError(`--out ${target} holds the model to be pruned`, 'Give another folder.')
  if (!force) throw new UsageError(`--out ${target} exists and is not empty`, 'Give another folder, or --force to replace it.')
}

/** Removes unpublished folders of `target` whose process is not running any more. */
async function removeLeftovers(target: string): Promise<void> {
  const parent = path.dirname(target)
  for (const name of await readdir(parent)) {
    const number = SUFFIX.exec(name)
    if (number && name === `${path.basename(target)}${number[0]}` && !isRunning(Number(number[1])))
      await rm(path.join(parent, name), { recursive: true, force: true })
  }
}

function notWritable(target: string, cause: unknown): StoreError {
  return cannotWrite(`to ${target}`, cause, 'Give a writable folder with --out.')
}
