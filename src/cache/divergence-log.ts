/**
 * Divergences of one variant on disk, beside its responses: a file of records that only grows, one a sequence. As in response-log.ts each record has a
 * checksum of its own; a damaged one is passed over, and its batch is computed again.
 */
import { readFile } from 'node:fs/promises'
import { crc32 } from 'node:zlib'
import type { SequenceDivergence } from '../engine/engine.ts'

/** At each target of a sequence, how far the variant is from its original. */
export type CachedDivergence = Omit<SequenceDivergence, 'sequence'>

/** The divergence of a sequence, exactly as it was computed. */
export interface DivergenceEntry extends CachedDivergence {
  /** As in CachedResponse. */
  readonly key: Buffer
  readonly batch: Buffer
}

const MARKER = Buffer.from('EHD1')
const [KEY, BATCH, COUNT, VALUES] = [4, 36, 48, 52]
/** Of a target: KL, both log-probabilities, and whether the most likely token is the same. */
const TARGET_BYTES = 3 * 4 + 1

/** Where the checksum of a record with that many targets is; it ends four bytes later. */
function checksumAt(count: number): number {
  return Math.ceil((VALUES + TARGET_BYTES * count) / 4) * 4
}

/** An entry as bytes. `owner` is the model whose file it is: the checksum fails in another model's file. */
export function toDivergenceRecord({ key, batch, kl, isSameTop, original, variant }: DivergenceEntry, owner: string): Buffer {
  const end = checksumAt(kl.length)
  const record = Buffer.alloc(end + 4)
  MARKER.copy(record)
  key.copy(record, KEY)
  batch.copy(record, BATCH)
  record.writeUInt32LE(kl.length, COUNT)
  let at = VALUES
  for (const values of [kl, original, variant]) for (const value of values) at = record.writeFloatLE(value, at)
  for (const isSame of isSameTop) at = record.writeUInt8(isSame ? 1 : 0, at)
  record.writeUInt32LE(crc32(record.subarray(0, end), crc32(owner)), end)
  return record
}

/** The entries that are sound, in order. */
export function readDivergenceRecords(bytes: Buffer, owner: string): DivergenceEntry[] {
  const entries: DivergenceEntry[] = []
  for (let at = bytes.indexOf(MARKER); at !== -1;) {
    const entry = entryAt(bytes.subarray(at), owner)
    if (entry) entries.push(entry)
    at = bytes.indexOf(MARKER, at + (entry ? checksumAt(entry.kl.length) + 4 : 1))
  }
  return entries
}

/** Those of a file; none if there is none. Other errors are those of the file system. */
export async function readDivergences(file: string, owner: string): Promise<DivergenceEntry[]> {
  const bytes = await readFile(file).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return Buffer.alloc(0)
    throw error
  })
  return readDivergenceRecords(bytes, owner)
}

/** Undefined if the bytes do not begin with a sound record. */
function entryAt(bytes: Buffer, owner: string): DivergenceEntry | undefined {
  if (bytes.length < VALUES) return undefined
  const count = bytes.readUInt32LE(COUNT)
  const end = checksumAt(count)
  if (bytes.length < end + 4 || bytes.readUInt32LE(end) !== crc32(bytes.subarray(0, end), crc32(owner))) return undefined
  const floats = (index: number) => Float32Array.from({ length: count }, (_, target) => bytes.readFloatLE(VALUES + 4 * (index * count + target)))
  return {
    key: bytes.subarray(KEY, BATCH),
    batch: bytes.subarray(BATCH, COUNT),
    kl: floats(0),
    original: floats(1),
    variant: floats(2),
    isSameTop: Array.from(bytes.subarray(VALUES + 12 * count, VALUES + 13 * count), (value) => value === 1),
  }
}
