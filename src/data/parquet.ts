/** Parquet, the format of the hub's datasets. */
import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects } from 'hyparquet'
import { compressors } from 'hyparquet-compressors'
import { DatasetError } from '../errors.ts'
import type { SourceRow } from './dataset.ts'

/** The rows of a file, in order, a row group at a time. 64-bit integers become numbers where they are exact. Fails with DatasetError on a damaged file. */
export async function* readParquet(file: string): AsyncGenerator<SourceRow> {
  const buffer = await asyncBufferFromFile(file)
  const metadata = await checked(file, () => parquetMetadataAsync(buffer))
  let rowStart = 0
  for (const { num_rows: rowCount } of metadata.row_groups) {
    const rowEnd = rowStart + Number(rowCount)
    const rows = await checked(file, () => parquetReadObjects({ file: buffer, metadata, compressors, rowStart, rowEnd }))
    for (const [index, row] of rows.entries()) yield { place: `${file}, row ${rowStart + index}`, value: withoutBigInts(row) }
    rowStart = rowEnd
  }
}

async function checked<T>(file: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read()
  } catch (cause) {
    throw new DatasetError(`${file} is not a usable parquet file: ${cause instanceof Error ? cause.message : String(cause)}`, 'Download or copy it again.', {
      cause,
    })
  }
}

function withoutBigInts(value: unknown): unknown {
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : value
  if (Array.isArray(value)) return value.map(withoutBigInts)
  if (typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype) {
    return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, withoutBigInts(entry)]))
  }
  return value
}
