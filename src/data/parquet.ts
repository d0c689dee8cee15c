/** Parquet, the format of the hub's datasets. */
import pLimit from 'p-limit'
import { DatasetError } from '../errors.ts'
import { ChildEnded, ChildTimeout, RemoteError, startRpc, type ChildRpc } from '../io/child-rpc.ts'
import { errorText } from '../text/error-text.ts'
import type { ParquetMethods } from './parquet-process.ts'
import type { SourceRow } from './source-row.ts'

/** Time limit to read one row group, in milliseconds. It usually takes a second. */
const MAX_MS = 120_000
/** Heap limit of the reading process. A row group usually takes a few hundred MiB. */
const HEAP_MEBIBYTES = 2048

/**
 * The rows of a file, in order, one row group at a time, read by a child process. 64-bit integers become numbers if that is exact. Fails with DatasetError on a
 * damaged file, and on a row group that takes more than two gibibytes of memory, or longer than `longestMs`.
 */
export async function* readParquet(file: string, longestMs = MAX_MS): AsyncGenerator<SourceRow> {
  const groupCount = await read(file, longestMs, (process) => process.call('countGroups', { file }, longestMs))
  for (let group = 0; group < groupCount; group++) {
    const { rows, start } = await read(file, longestMs, (process) => process.call('readGroup', { file, group }, longestMs))
    for (const [index, value] of rows.entries()) yield { place: `${file}, row ${start + index}`, value }
  }
}

/** One call at a time: one process serves all files, because it takes longer to start than a small file to read. */
const oneAtATime = pLimit(1)
let running: ChildRpc<ParquetMethods> | undefined

async function read<T>(file: string, longestMs: number, call: (process: ChildRpc<ParquetMethods>) => Promise<T>): Promise<T> {
  return oneAtATime(async () => {
    if (!running?.isRunning()) running = startReader()
    try {
      return await call(running)
    } catch (cause) {
      if (!(cause instanceof RemoteError)) {
        // It still works on the file, or has ended.
        running.kill()
        running = undefined
      }
      throw new DatasetError(`${file} is not a usable parquet file: ${reasonOf(cause, longestMs)}`, 'Download or copy it again.', { cause })
    }
  })
}

function reasonOf(error: unknown, longestMs: number): string {
  if (error instanceof ChildTimeout) return `a row group was not read within ${longestMs / 1000} s`
  if (error instanceof ChildEnded) return `the reading process ended: a row group may take more than ${HEAP_MEBIBYTES} MiB`
  return errorText(error)
}

function startReader(): ChildRpc<ParquetMethods> {
  return startRpc<ParquetMethods>({
    module: 'parquet-process',
    beside: import.meta.url,
    nodeOptions: [`--max-old-space-size=${HEAP_MEBIBYTES}`],
    standardError: 'ignore',
  })
}
