import { createHash } from 'node:crypto'

/** As git names a file, and the hub a small one. */
export function gitHash(content: Buffer): string {
  return createHash('sha1').update(`blob ${content.length}\0`).update(content).digest('hex')
}
