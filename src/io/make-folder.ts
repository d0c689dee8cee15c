/** Making folders. Node's recursive `mkdir` never returns if a system refuses a folder as if its parent were missing, as /proc does. */
import { mkdir, stat } from 'node:fs/promises'
import path from 'node:path'

/** Makes the folder and those above it that are missing, from the nearest one that exists. Fails with the system's error. */
export async function makeFolder(folder: string): Promise<void> {
  const missing: string[] = []
  let existing = path.resolve(folder)
  while (!(await exists(existing))) {
    missing.unshift(existing)
    existing = path.dirname(existing)
  }
  for (const each of missing) await makeOne(each)
  // Something that is not a folder fails here as `mkdir` would.
  if (missing.length === 0) await makeOne(existing)
}

async function exists(file: string): Promise<boolean> {
  return stat(file).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      // A file among the parents is the nearest that exists; anything else that cannot be looked at is an error of its own.
      if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return false
      throw error
    },
  )
}

/** Another process may have made it. */
async function makeOne(folder: string): Promise<void> {
  try {
    await mkdir(folder)
  } catch (error) {
    const isThere =
      (error as NodeJS.ErrnoException).code === 'EEXIST' &&
      (await stat(folder).then(
        (entry) => entry.isDirectory(),
        () => false,
      ))
    if (!isThere) throw error
  }
}
