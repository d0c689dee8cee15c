/**
 * The process that reads parquet files, started by parquet.ts. The format compresses, repeats and counts: a file of a kilobyte may claim a billion
 * rows, and the reader would make them all. Here it may, in memory and time that parquet.ts bounds. A thread beside it ends the
 * process when the program is gone, whatever the reader is doing.
 */
import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects, type Compressors } from 'hyparquet'
import { compressors } from 'hyparquet-compressors'
import { endWithProgram } from '../io/inside-child.ts'
import type { ParquetAnswer, ParquetQuestion } from './parquet-messages.ts'
import { errorText } from '../text/error-text.ts'

/** Writers make pages of a megabyte; some put a whole column of a row group into one. */
const MOST_PAGE_BYTES = 2 ** 28

/** Decompressed pages are outside the heap that the process is bound to. */
const boundedCompressors: Compressors = Object.fromEntries(
  Object.entries(compressors).map(([codec, decompress]) => [
    codec,
    (input: Uint8Array, outputLength: number) => {
      if (!(outputLength <= MOST_PAGE_BYTES)) throw new Error(`a page claims ${outputLength} bytes`)
      return decompress(input, outputLength)
    },
  ]),
)

process.on('message', (question: ParquetQuestion) => {
  void answer(question)
    .catch((error: unknown): ParquetAnswer => ({ kind: 'failed', message: errorText(error) }))
    .then((found) => process.send!(found))
})

// A file may hold this thread for ever, and then it does not hear that nobody waits any more.
endWithProgram()

async function answer({ file, group }: ParquetQuestion): Promise<ParquetAnswer> {
  const buffer = await asyncBufferFromFile(file)
  const metadata = await parquetMetadataAsync(buffer)
  if (group === null) return { kind: 'groups', count: metadata.row_groups.length }
  const counts = metadata.row_groups.map(({ num_rows: rows }) => Number(rows))
  const start = counts.slice(0, group).reduce((sum, count) => sum + count, 0)
  const rows = await parquetReadObjects({ file: buffer, metadata, compressors: boundedCompressors, rowStart: start, rowEnd: start + counts[group]! })
  return { kind: 'rows', rows: rows.map(withoutBigInts), start }
}

function withoutBigInts(value: unknown): unknown {
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : value
  if (Array.isArray(value)) return value.map(withoutBigInts)
  if (typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype) {
    return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, withoutBigInts(entry)]))
  }
  return value
}
