/** Whether what came is what the hub has. */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { realpath, rm, stat } from 'node:fs/promises'
import path from 'node:path'
import { HubError } from '../errors.ts'

/**
 * Holds a file that was just fetched against its name in the cache: the sha256 of a large one, git's hash of a small one. Of other names nothing is known.
 * Fails with HubError where they differ; the file is then gone, so that it is fetched again.
 */
export async function checkBlob(place: string, subject: string): Promise<void> {
  const blob = await realpath(place)
  const name = path.basename(blob)
  const hash = /^[0-9a-f]{64}$/u.test(name) ? createHash('sha256') : /^[0-9a-f]{40}$/u.test(name) ? createHash('sha1') : undefined
  if (!hash) return
  // Git hashes a header with the content.
  if (name.length === 40) hash.update(`blob ${(await stat(blob)).size}\0`)
  for await (const piece of createReadStream(blob)) hash.update(piece as Buffer)
  const found = hash.digest('hex')
  if (found === name) return
  await rm(place, { force: true })
  await rm(blob, { force: true })
  throw new HubError(
    `${subject} came with other content than the hub has: its hash is ${found}, not ${name}`,
    'Try again; if it stays so, the mirror or a proxy on the way changes files.',
  )
}
