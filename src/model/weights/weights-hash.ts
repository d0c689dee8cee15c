/** Hashes of weights by their content. */
import { createHash } from 'node:crypto'
import { open } from 'node:fs/promises'
import path from 'node:path'
import type { StoredWeights } from './weights.ts'

/**
 * A hash over the weight files: equal for equal files in any folder. For one file its sha256, as the hub shows it. For shards the sha256 over their sorted
 * hashes, because files in a hub cache do not have their names.
 */
export async function hashWeights({ root, files }: Pick<StoredWeights, 'root' | 'files'>): Promise<string> {
  const digests: string[] = []
  for (const file of files) digests.push(await digestOfFile(path.join(root, file)))
  return digestOfFiles(digests)
}

/** Hash of weights from the sha256 of each file. */
export function digestOfFiles(digests: readonly string[]): string {
  return digests.length === 1 ? digests[0]! : createHash('sha256').update(digests.toSorted().join('\n')).digest('hex')
}

/** sha256 of a file's content, in hexadecimal digits. */
export async function digestOfFile(file: string): Promise<string> {
  const hash = createHash('sha256')
  // One buffer for all pieces: a stream allocates a new one for each, in total as much as the model.
  const buffer = Buffer.allocUnsafe(1 << 20)
  await using handle = await open(file)
  for (;;) {
    const { bytesRead } = await handle.read(buffer, 0, buffer.length)
    if (bytesRead === 0) return hash.digest('hex')
    hash.update(buffer.subarray(0, bytesRead))
  }
}
