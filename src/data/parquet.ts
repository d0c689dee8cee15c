/** Parquet, the format of the hub's datasets. */
import type { ChildProcess } from 'node:child_process'
import pLimit from 'p-limit'
import { startChild } from '../io/child-process.ts'
import { DatasetError } from '../errors.ts'
import type { SourceRow } from './source-row.ts'
import type { ParquetAnswer, ParquetQuestion } from './parquet-messages.ts'

/** The most that reading one row group may take; honest ones take a second. */
const LONGEST_MS = 120_000
/** Heap of the process that reads; honest row groups take some hundred. */
const HEAP_MEBIBYTES = 2048

/**
 * The rows of a file, in order, a row group at a time, read by a process of its own. 64-bit integers become numbers where they are exact. Fails with
 * DatasetError on a damaged file, and on one whose row group takes more than two gibibytes, or longer than `longestMs`.
 */
export async function* readParquet(file: string, longestMs = LONGEST_MS): AsyncGenerator<SourceRow> {
  const ask = (group: number | null) => reader(() => answerTo({ file, group }, longestMs))
  const groups = await ask(null)
  for (let group = 0; group < (groups.kind === 'groups' ? groups.count : 0); group++) {
    const found = await ask(group)
    if (found.kind !== 'rows') continue
    for (const [index, value] of found.rows.entries()) yield { place: `${file}, row ${found.start + index}`, value }
  }
}

/** One question at a time: there is one process for all files, for it takes longer to start than a small file to read. */
const reader = pLimit(1)
let running: ChildProcess | undefined

async function answerTo(question: ParquetQuestion, longestMs: number): Promise<ParquetAnswer> {
  const child = running?.connected ? running : startProcess()
  running = child
  const answer = await new Promise<ParquetAnswer>((resolve) => {
    const failed = (message: string) => {
      // It is still at work, or has ended.
      clearTimeout(timer)
      child.kill('SIGKILL')
      running = undefined
      resolve({ kind: 'failed', message })
    }
    const timer = setTimeout(() => failed(`a row group is not read within ${longestMs / 1000} s`), longestMs)
    child.once('message', (found: ParquetAnswer) => {
      clearTimeout(timer)
      resolve(found)
    })
    child.once('exit', () => failed(`the reader died on it: does a row group take more than ${HEAP_MEBIBYTES} MiB?`))
    child.once('error', (error) => failed(error.message))
    // While there is a question, the program waits for its answer; between questions it may end.
    child.ref()
    child.channel?.ref()
    child.send(question)
  })
  // A message that an ended process did not take is no failure of the next question.
  child.removeAllListeners().on('error', () => {})
  child.unref()
  child.channel?.unref()
  if (answer.kind !== 'failed') return answer
  throw new DatasetError(`${question.file} is not a usable parquet file: ${answer.message}`, 'Download or copy it again.')
}

function startProcess(): ChildProcess {
  return startChild('parquet-process', import.meta.url, { nodeOptions: [`--max-old-space-size=${HEAP_MEBIBYTES}`], standardError: 'ignore' })
}
