/**
 * One model's answers on disk: a file of records of one size that only grows. Each record carries its own checksum, so whatever happens to the
 * file, what can be read is right. Reasons, and what a database did under the same treatment: docs/adr/0012-response-cache.md.
 */
import { mkdir, open, readFile, rename, type FileHandle } from 'node:fs/promises'
import path from 'node:path'
import { crc32 } from 'node:zlib'
import { writeWhole } from '../io/write-atomically.ts'

/** An answer as it is kept. */
export interface KeptAnswer {
  /** Names the sequence: 32 bytes. */
  readonly key: Buffer
  /** Names the batch in which it was computed, by its sequences: 12 bytes. */
  readonly batch: Buffer
  /** Natural logarithm, exactly as it was computed. */
  readonly logProb: number
  readonly isGreedy: boolean
}

/** A record divides a page, so a write that a kill cuts short ends between two records. */
export const RECORD_BYTES = 64
const MARKER = Buffer.from('EHA1')
const [KEY, BATCH, LOG_PROB, GREEDY, CHECKSUM] = [4, 36, 48, 56, 60]

/** An answer as bytes; `owner` is the model whose file it is, and a record that strays into another's does not pass there. */
function toRecord({ key, batch, logProb, isGreedy }: KeptAnswer, owner: string): Buffer {
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
export function readRecords(bytes: Buffer, owner: string): { readonly answers: readonly KeptAnswer[]; readonly strayBytes: number } {
  const answers: KeptAnswer[] = []
  let strayBytes = 0
  for (let at = 0; at < bytes.length;) {
    const record = bytes.subarray(at, at + RECORD_BYTES)
    if (record.length === RECORD_BYTES && MARKER.equals(record.subarray(0, KEY)) && record.readUInt32LE(CHECKSUM) === checksum(record, owner)) {
      answers.push({
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
  return { answers, strayBytes }
}

/** What a file held. */
export interface OpenedLog {
  readonly answers: readonly KeptAnswer[]
  /** Where the damaged file went; undefined where all of it was sound. */
  readonly setAside?: string
}

/** Reads a log. A damaged one is set aside, and what is sound in it begins a new one. A file that is not there holds nothing; other failures are those of the file system. */
export async function readLog(file: string, owner: string): Promise<OpenedLog> {
  const bytes = await readFile(file).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return Buffer.alloc(0)
    throw error
  })
  const { answers, strayBytes } = readRecords(bytes, owner)
  if (strayBytes === 0) return { answers }
  const setAside = `${file}.damaged`
  await rename(file, setAside)
  await writeWhole(
    file,
    answers.map((answer) => toRecord(answer, owner)),
  )
  return { answers, setAside }
}

/** The end of a log. Several processes may append to one file: each write goes to the end as it is then. */
export interface LogWriter extends AsyncDisposable {
  append(answers: readonly KeptAnswer[]): Promise<void>
}

/** Opens the file when there is something to write. */
export function logWriter(file: string, owner: string): LogWriter {
  let opened: Promise<FileHandle> | undefined
  return {
    async append(answers) {
      opened ??= openEnd(file)
      const handle = await opened
      await handle.appendFile(Buffer.concat(answers.map((answer) => toRecord(answer, owner))))
    },
    async [Symbol.asyncDispose]() {
      const handle = await opened?.catch(() => undefined)
      await handle?.close()
    },
  }
}

async function openEnd(file: string): Promise<FileHandle> {
  await mkdir(path.dirname(file), { recursive: true })
  return open(file, 'a')
}
