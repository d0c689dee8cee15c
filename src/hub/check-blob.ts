/** Checks a downloaded file by the hash that names it. */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { realpath, rm, stat } from 'node:fs/promises'
import path from 'node:path'
import { HubError } from '../errors.ts'

/**
 * Compares the content of a downloaded file with its name in the cache: sha256 for large files, git's hash for small ones. Other names are not checked. Fails with
 * HubError if they differ, and removes the file so that it is fetched again.
 */
export async function checkBlob(file: string, subject: string): Promise<void> {
  const blob = await realpath(file)
  const name = path.basename(blob)
  const hash = /^[0-9a-f]{64}$/u.test(name) ? createHash('sha256') : /^[0-9a-f]{40}$/u.test(name) ? createHash('sha1') : undefined
  if (!hash) return
  // Git hashes a header with the content.
  if (name.length === 40) hash.update(`blob ${(await stat(blob)).size}\0`)
  for await (const piece of createReadStream(blob)) hash.update(piece as Buffer)
  const found = hash.digest('hex')
  if (found === name) return
  await rm(file, { force: true })
  await rm(blob, { force: true })
  throw new HubError(
    `${subject} was received with other content than the hub has: its hash is ${found}, not ${name}`,
    'Try again. If the error persists, the mirror or a proxy changes files.',
  )
}
