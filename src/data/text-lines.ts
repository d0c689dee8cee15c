/** Plain text: a sentence a line. */
import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import type { SourceRow } from './dataset.ts'

/** Rows `{ text }`, in order; empty lines do not count. */
export async function* readTextLines(file: string): AsyncGenerator<SourceRow> {
  let lineNumber = 0
  for await (const line of createInterface({ input: createReadStream(file, 'utf8'), crlfDelay: Infinity })) {
    lineNumber++
    const text = line.trim()
    if (text !== '') yield { place: `${file}, line ${lineNumber}`, value: { text } }
  }
}
