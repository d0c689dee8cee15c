/** Plain text: one sentence per line. */
import type { SourceRow } from './source-row.ts'
import { readLines } from './lines.ts'

/** Rows `{ text }`, in order, trimmed, without empty lines. */
export async function* readTextLines(file: string): AsyncGenerator<SourceRow> {
  for await (const line of readLines(file)) {
    const text = line.text.trim()
    if (text !== '') yield { place: `${file}, line ${line.lineNumber}`, value: { text } }
  }
}
