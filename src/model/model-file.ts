/** Files of a model folder by name. The folder is untrusted input and may contain links to any path, so their targets are checked. */
import { readFile, realpath, stat } from 'node:fs/promises'
import path from 'node:path'
import { CheckpointError } from '../errors.ts'
import { otherFormatOf } from '../io/untrusted-file.ts'
import { isWithin } from '../text/is-within.ts'

/** Largest file that is read whole; the largest tokenizer.json has 35 MB. */
const MAX_BYTES = 2 ** 28

/**
 * The real path of file `name` of a model folder; undefined if it does not exist. Fails with CheckpointError if it is not a file, or is a link out of the
 * folder. Only links into the blobs of a hub cache may leave the folder.
 */
export async function modelFile(folder: string, name: string): Promise<string | undefined> {
  const file = path.join(folder, name)
  const [root, real] = await Promise.all([realpath(folder).catch(() => undefined), realpath(file).catch(() => undefined)])
  if (root === undefined || real === undefined) return undefined
  if (!isWithin(root, real) && !isBlobOf(root, real))
    throw new CheckpointError(`${file} is a link to ${real}, outside its folder`, 'Put the file itself there, if you trust the source of the folder.')
  if (!(await stat(real)).isFile()) throw new CheckpointError(`${file} is not a file`, 'Download or copy it again.')
  return real
}

/**
 * The content of such a file; undefined if it does not exist. Fails with CheckpointError if it cannot be read, is too large, or is a git-LFS pointer.
 */
export async function readModelFile(folder: string, name: string): Promise<Buffer | undefined> {
  const file = await modelFile(folder, name)
  if (file === undefined) return undefined
  const { size } = await stat(file)
  if (size > MAX_BYTES)
    throw new CheckpointError(`${path.join(folder, name)} has ${size} bytes`, 'The file is too large for its kind. Download or copy it again.')
  const content = await readFile(file).catch((cause: unknown) => {
    throw new CheckpointError(`cannot read ${path.join(folder, name)}`, 'Check its permissions.', { cause })
  })
  const other = otherFormatOf(content)
  if (other) throw new CheckpointError(`${path.join(folder, name)} ${other.what}`, other.hint)
  return content
}

/** `REPOSITORY/blobs/…`, seen from `REPOSITORY/snapshots/COMMIT` or from a folder elsewhere that the hub's tools linked to the cache. */
function isBlobOf(root: string, file: string): boolean {
  const blobs = path.dirname(file)
  if (path.basename(blobs) !== 'blobs') return false
  const snapshots = path.dirname(root)
  const isOwn = path.basename(snapshots) === 'snapshots' && path.dirname(snapshots) === path.dirname(blobs)
  return isOwn || (path.basename(path.dirname(blobs)).startsWith('models--') && /^[0-9a-f]{40,64}$/u.test(path.basename(file)))
}
