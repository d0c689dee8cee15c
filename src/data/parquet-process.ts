/**
 * The process that reads Parquet files, started by parquet.ts. The files are untrusted input, and the format compresses: a kilobyte may claim a billion rows, and
 * the reader would allocate them all. parquet.ts limits the memory and time of this process.
 */
import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects, type Compressors } from 'hyparquet'
import { compressors } from 'hyparquet-compressors'
import { serveCalls } from '../io/serve-calls.ts'

/** Most bytes of a decompressed page. Writers make pages of a megabyte; some put a whole column of a row group into one. */
const MAX_PAGE_BYTES = 2 ** 28

/** Decompressors with a limit: their output is outside of the heap that is limited. */
const boundedCompressors: Compressors = Object.fromEntries(
  Object.entries(compressors).map(([codec, decompress]) => [
    codec,
    (input: Uint8Array, outputLength: number) => {
      if (!(outputLength <= MAX_PAGE_BYTES)) throw new Error(`a page claims ${outputLength} bytes`)
      return decompress(input, outputLength)
    },
  ]),
)

const methods = {
  /** How many row groups a file has. */
  async countGroups({ file }: { readonly file: string }): Promise<number> {
    const { metadata } = await open(file)
    return metadata.row_groups.length
  },

  /** The rows of a row group, and the index in the file of the first. */
  async readGroup({ file, group }: { readonly file: string; readonly group: number }): Promise<{ readonly rows: readonly unknown[]; readonly start: number }> {
    const { buffer, metadata } = await open(file)
    const counts = metadata.row_groups.map(({ num_rows: rows }) => Number(rows))
    const start = counts.slice(0, group).reduce((sum, count) => sum + count, 0)
    const rows = await parquetReadObjects({ file: buffer, metadata, compressors: boundedCompressors, rowStart: start, rowEnd: start + counts[group]! })
    return { rows: rows.map(withoutBigInts), start }
  },
}

/** The calls that the process accepts. */
export type ParquetMethods = typeof methods

serveCalls<ParquetMethods>(methods)

async function open(file: string) {
  const buffer = await asyncBufferFromFile(file)
  return { buffer, metadata: await parquetMetadataAsync(buffer) }
}

function withoutBigInts(value: unknown): unknown {
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : value
  if (Array.isArray(value)) return value.map(withoutBigInts)
  if (typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype) {
    return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, withoutBigInts(entry)]))
  }
  return value
}
