/**
 * One model's responses on disk: a file of records of one size that only grows. Each record has a checksum of its own, so whatever happens to the
 * file, what can be read is right. Reasons, and what a database did under the same treatment: docs/adr/0012-response-cache.md.
 */
import { open, readFile, rename, type FileHandle } from 'node:fs/promises'
import path from 'node:path'
import { crc32 } from 'node:zlib'
import { writeWhole } from '../io/write-atomically.ts'
import { makeFolder } from '../io/make-folder.ts'

/** A response in the cache. */
export interface CachedResponse {
  /** Of the sequence: 32 bytes. */
  readonly key: Buffer
  /** Of the batch in which it was computed: 12 bytes. */
  readonly batch: Buffer
  /** Natural logarithm, exactly as it was computed. */
  readonly logProb: number
  readonly isGreedy: boolean
}

/** A record divides a page, so a write that a kill cuts short ends between two records. */
export const RECORD_BYTES = 64
const MARKER = Buffer.from('EHA1')
const [KEY, BATCH, LOG_PROB, GREEDY, CHECKSUM] = [4, 36, 48, 56, 60]

/** A response as bytes. `owner` is the model whose file it is: the checksum of a record fails in another model's file. */
function toRecord({ key, batch, logProb, isGreedy }: CachedResponse, owner: string): Buffer {
  const record = Buffer.alloc(RECORD_BYTES)
  MARKER.copy(record)
  key.copy(record, KEY)
  batch.copy(record, BATCH)
  record.writeDoubleLE(logProb, LOG_PROB)
  record.writeUInt32LE(isGreedy ? 1 : 0, GREEDY)
  record.writeUInt32LE(checksum(record, owner), CHECKSUM)
  return record
}

function checksum(record: Buffer, owner: string): number {
  return crc32(record.subarray(0, CHECKSUM), crc32(owner))
}

/** The records that are sound, in order, and how many bytes are part of none. */
export function readRecords(bytes: Buffer, owner: string): { readonly responses: readonly CachedResponse[]; readonly strayBytes: number } {
  const responses: CachedResponse[] = []
  let strayBytes = 0
  for (let at = 0; at < bytes.length;) {
    const record = bytes.subarray(at, at + RECORD_BYTES)
    if (record.length === RECORD_BYTES && MARKER.equals(record.subarray(0, KEY)) && record.readUInt32LE(CHECKSUM) === checksum(record, owner)) {
      responses.push({
        key: record.subarray(KEY, BATCH),
        batch: record.subarray(BATCH, LOG_PROB),
        logProb: record.readDoubleLE(LOG_PROB),
        isGreedy: record.readUInt32LE(GREEDY) === 1,
      })
      at += RECORD_BYTES
      continue
    }
    const next = bytes.indexOf(MARKER, at + 1)
    const end = next === -1 ? bytes.length : next
    strayBytes += end - at
    at = end
  }
  return { responses, strayBytes }
}

/** What a file holds. */
export interface OpenedLog {
  readonly responses: readonly CachedResponse[]
  /** The new name of a damaged file; undefined if the file was sound. */
  readonly setAside?: string
}

/** Reads a log. A damaged one is renamed, and its sound records begin a new one. A missing file is empty; other errors are those of the file system. */
export async function readLog(file: string, owner: string): Promise<OpenedLog> {
  const bytes = await readFile(file).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return Buffer.alloc(0)
    throw error
  })
  const { responses, strayBytes } = readRecords(bytes, owner)
  if (strayBytes === 0) return { responses }
  const setAside = `${file}.damaged`
  await rename(file, setAside)
  await writeWhole(
    file,
    responses.map((response) => toRecord(response, owner)),
  )
  return { responses, setAside }
}

/** Appends to a log. Several processes may append to one file: each write goes to the end as it is then. */
export interface LogWriter<T> extends AsyncDisposable {
  append(entries: readonly T[]): Promise<void>
}

/** A writer of responses that opens the file at the first write. */
export function logWriter(file: string, owner: string): LogWriter<CachedResponse> {
  return recordWriter(file, (response) => toRecord(response, owner))
}

/** The same for other records. */
export function recordWriter<T>(file: string, toBytes: (entry: T) => Buffer): LogWriter<T> {
  let opened: Promise<FileHandle> | undefined
  return {
    async append(entries) {
      opened ??= openEnd(file)
      const handle = await opened
      await handle.appendFile(Buffer.concat(entries.map(toBytes)))
    },
    async [Symbol.asyncDispose]() {
      const handle = await opened?.catch(() => undefined)
      await handle?.close()
    },
  }
}

async function openEnd(file: string): Promise<FileHandle> {
  await makeFolder(path.dirname(file))
  return open(file, 'a')
}
