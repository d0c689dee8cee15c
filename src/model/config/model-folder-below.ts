/** A folder that was given instead of the model in it: its parent, or its repository in the hub's cache. */
import { readdir } from 'node:fs/promises'
import path from 'node:path'
import { pathExists } from '../../io/path-exists.ts'

/** Most folders in which a model is looked for. */
const MOST_FOLDERS = 100

/** A folder below with a config.json, such as a snapshot in the hub's cache; undefined if there is none, or several. */
export async function modelFolderBelow(folder: string): Promise<string | undefined> {
  const below = async (parent: string) => (await readdir(parent, { withFileTypes: true }).catch(() => [])).filter((entry) => entry.isDirectory())
  const found: string[] = []
  for (const { name } of await below(folder)) {
    found.push(path.join(folder, name))
    if (name === 'snapshots') for (const inner of await below(path.join(folder, name))) found.push(path.join(folder, name, inner.name))
  }
  const models: string[] = []
  for (const each of found.slice(0, MOST_FOLDERS)) if (await pathExists(path.join(each, 'config.json'))) models.push(each)
  return models.length === 1 ? models[0] : undefined
}
