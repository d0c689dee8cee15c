/** Files of a model folder by name. A downloaded folder may hold links to anywhere, so where they lead is looked at. */
import { readFile, realpath, stat } from 'node:fs/promises'
import path from 'node:path'
import { CheckpointError } from '../errors.ts'
import { foreignContent } from '../io/untrusted-file.ts'

/** The largest tokenizer.json are of 35 MB. */
const MOST_BYTES = 2 ** 28

/**
 * The real path of file `name` of a model folder; undefined where there is none. Fails with CheckpointError where it is no file, or a link that leads
 * out of the folder: only the blobs of a hub's cache are followed there, for that is how the cache is made.
 */
export async function modelFile(folder: string, name: string): Promise<string | undefined> {
  const file = path.join(folder, name)
  const [root, real] = await Promise.all([realpath(folder).catch(() => undefined), realpath(file).catch(() => undefined)])
  if (root === undefined || real === undefined) return undefined
  if (!isWithin(root, real) && !isBlobOf(root, real))
    throw new CheckpointError(`${file} is a link to ${real}, outside its folder`, 'Put the file itself there, if you trust where the folder is from.')
  if (!(await stat(real)).isFile()) throw new CheckpointError(`${file} is no file`, 'Download or copy it again.')
  return real
}

/**
 * The content of such a file; undefined where there is none. Fails with CheckpointError where it cannot be read, is larger than any of its kind, or is
 * what git-LFS leaves in its place.
 */
export async function readModelFile(folder: string, name: string): Promise<Buffer | undefined> {
  const file = await modelFile(folder, name)
  if (file === undefined) return undefined
  const { size } = await stat(file)
  if (size > MOST_BYTES) throw new CheckpointError(`${path.join(folder, name)} has ${size} bytes`, 'Is it what its name says? Download or copy it again.')
  const content = await readFile(file).catch((cause: unknown) => {
    throw new CheckpointError(`cannot read ${path.join(folder, name)}`, 'Check its permissions.', { cause })
  })
  const foreign = foreignContent(content)
  if (foreign) throw new CheckpointError(`${path.join(folder, name)} ${foreign.what}`, foreign.hint)
  return content
}

function isWithin(folder: string, file: string): boolean {
  const relative = path.relative(folder, file)
  return !relative.startsWith(`..${path.sep}`) && relative !== '..' && !path.isAbsolute(relative)
}

/** `REPOSITORY/blobs/…`, seen from `REPOSITORY/snapshots/COMMIT` or from a folder elsewhere that the hub's tools linked to the cache. */
function isBlobOf(root: string, file: string): boolean {
  const blobs = path.dirname(file)
  if (path.basename(blobs) !== 'blobs') return false
  const snapshots = path.dirname(root)
  const isOwn = path.basename(snapshots) === 'snapshots' && path.dirname(snapshots) === path.dirname(blobs)
  return isOwn || (path.basename(path.dirname(blobs)).startsWith('models--') && /^[0-9a-f]{40,64}$/u.test(path.basename(file)))
}
