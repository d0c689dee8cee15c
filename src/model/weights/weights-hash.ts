/** What names weights by their contents. */
import { createHash } from 'node:crypto'
import { open } from 'node:fs/promises'
import path from 'node:path'
import type { StoredWeights } from './weights.ts'

/**
 * A hash of the contents of the weight files: equal for equal weights in equal files, whatever their folder is called. Of one file its sha256, as
 * the hub shows it; of shards the sha256 over theirs, sorted: in a hub's cache files have no names to go by.
 */
export async function hashWeights({ root, files }: Pick<StoredWeights, 'root' | 'files'>): Promise<string> {
  const digests: string[] = []
  for (const file of files) digests.push(await digestOfFile(path.join(root, file)))
  return digestOfFiles(digests)
}

/** From the sha256 of each file to that of the weights. */
export function digestOfFiles(digests: readonly string[]): string {
  return digests.length === 1 ? digests[0]! : createHash('sha256').update(digests.toSorted().join('\n')).digest('hex')
}

/** sha256 of a file's content, in hexadecimal digits. */
export async function digestOfFile(file: string): Promise<string> {
  const hash = createHash('sha256')
  // One buffer for all: streams leave a new one for each piece to the garbage collector, as much as the whole model.
  const buffer = Buffer.allocUnsafe(1 << 20)
  await using handle = await open(file)
  for (;;) {
    const { bytesRead } = await handle.read(buffer, 0, buffer.length)
    if (bytesRead === 0) return hash.digest('hex')
    hash.update(buffer.subarray(0, bytesRead))
  }
}
