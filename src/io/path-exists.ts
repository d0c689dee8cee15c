/** Whether something is at a path. Links are followed; a path that cannot be read counts as missing. */
import { stat } from 'node:fs/promises'
import type { Stats } from 'node:fs'

/** Whether the path exists, whatever is there. */
export async function pathExists(path: string): Promise<boolean> {
  return check(path, () => true)
}

/** Whether the path is a folder. */
export async function isFolder(path: string): Promise<boolean> {
  return check(path, (entry) => entry.isDirectory())
}

/** Whether the path is a regular file. */
export async function isFile(path: string): Promise<boolean> {
  return check(path, (entry) => entry.isFile())
}

async function check(path: string, isWanted: (entry: Stats) => boolean): Promise<boolean> {
  return stat(path).then(isWanted, () => false)
}
