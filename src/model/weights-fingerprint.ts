/** Identifies weights by content. Hashes of unchanged files are cached, so that the files are not read again. */
import { createHash } from 'node:crypto'
import { readFile, stat } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import { digestOfFile, digestOfFiles } from './weights/weights-hash.ts'
import type { StoredWeights } from './weights/weights.ts'
import { CheckpointError } from '../errors.ts'
import { parseJson } from '../io/parse-json.ts'
import { writeWhole } from '../io/write-atomically.ts'

/** A hash of the weights, as `hashWeights` gives it. */
export interface WeightsFingerprint {
  /** The hash without reading the files: from the cache, or from the hub's file names. Undefined if neither has it. */
  readonly known: string | undefined
  /** The hash of the content. Fails with CheckpointError if the hub's name of a file differs from it. */
  readonly content: Promise<string>
}

/** The stat fields of a file; at least one differs after a change. */
const entrySchema = z.object({ path: z.string(), size: z.string(), mtime: z.string(), ctime: z.string(), inode: z.string(), sha256: z.string() })
type CacheEntry = z.infer<typeof entrySchema>

/** Time stamps may be this coarse. A file that changed more recently before reading might change again with the same stamp. */
const STAMP_NS = 2_000_000_000n

/** Looks up the hashes of the files in `cache`, if given, and begins to read the files without an entry. */
export async function fingerprintWeights({ root, files: locations }: Pick<StoredWeights, 'root' | 'files'>, cache?: string): Promise<WeightsFingerprint> {
  const files = locations.map((location) => path.join(root, location))
  const found = await Promise.all(files.map((file) => recall(file, cache)))
  const known = found.map((digest, index) => digest ?? hubDigest(files[index]!))
  const content = (async () => {
    const digests: string[] = []
    for (const [index, file] of files.entries()) digests.push(found[index] ?? (await readDigest(file, cache)))
    return digestOfFiles(digests)
  })()
  content.catch(() => {})
  return { known: known.every((digest) => digest !== undefined) ? digestOfFiles(known) : undefined, content }
}

/** The hub's cache calls a large file by the sha256 of its content. */
function hubDigest(file: string): string | undefined {
  const name = path.basename(file)
  return path.basename(path.dirname(file)) === 'blobs' && /^[0-9a-f]{64}$/u.test(name) ? name : undefined
}

async function readDigest(file: string, cache: string | undefined): Promise<string> {
  const startedAt = BigInt(Date.now()) * 1_000_000n
  const before = await describe(file)
  const sha256 = await digestOfFile(file)
  const expected = hubDigest(file)
  if (expected !== undefined && expected !== sha256) {
    throw new CheckpointError(`${file} is damaged: its content has the sha256 ${sha256}, the hub has ${expected}`, 'Delete the file; it is fetched again.')
  }
  const newest = BigInt(before.mtime) > BigInt(before.ctime) ? BigInt(before.mtime) : BigInt(before.ctime)
  // A time stamp in the future is not reliable either.
  if (cache !== undefined && newest + STAMP_NS < startedAt && JSON.stringify(before) === JSON.stringify(await describe(file))) {
    // If this fails, the file is only read again.
    await writeWhole(entryFile(file, cache), [JSON.stringify({ ...before, sha256 } satisfies CacheEntry)]).catch(() => {})
  }
  return sha256
}

async function recall(file: string, cache: string | undefined): Promise<string | undefined> {
  if (cache === undefined) return undefined
  try {
    const { sha256, ...then } = entrySchema.parse(parseJson(await readFile(entryFile(file, cache), 'utf8')))
    const now: Omit<CacheEntry, 'sha256'> = await describe(file)
    return (Object.keys(now) as (keyof typeof now)[]).every((name) => now[name] === then[name]) ? sha256 : undefined
  } catch {
    return undefined
  }
}

async function describe(file: string): Promise<Omit<CacheEntry, 'sha256'>> {
  const { size, mtimeNs, ctimeNs, ino } = await stat(file, { bigint: true })
  return { path: file, size: String(size), mtime: String(mtimeNs), ctime: String(ctimeNs), inode: String(ino) }
}

function entryFile(file: string, cache: string): string {
  return path.join(cache, 'fingerprints', `${createHash('sha256').update(file).digest('hex')}.json`)
}
