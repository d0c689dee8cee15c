/** The folder that a mistyped path was meant to be, for error messages. */
import { readdir } from 'node:fs/promises'
import path from 'node:path'
import { nearestName } from '../text/nearest-name.ts'
import { isFolder } from './path-exists.ts'

/** The folder whose name is nearest to the last part of the path, or has that name in a folder that is near; undefined if there is none. */
export async function nearFolder(source: string): Promise<string | undefined> {
  const [parent, name] = [path.dirname(source), path.basename(source)]
  const names = await readdir(parent).catch(() => undefined)
  if (!names) {
    const nearParent = path.dirname(parent) === parent ? undefined : await nearFolder(parent)
    const below = nearParent === undefined ? undefined : path.join(nearParent, name)
    return below !== undefined && (await isFolder(below)) ? below : undefined
  }
  const nearest = nearestName(name, names)
  if (nearest === undefined) return undefined
  const near = path.join(parent, nearest)
  return (await isFolder(near)) ? near : undefined
}
