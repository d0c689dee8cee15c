/** Plain text: a sentence a line. */
import type { SourceRow } from './source-row.ts'
import { readLines } from './lines.ts'

/** Rows `{ text }`, in order and without white space around them; empty lines do not count. */
export async function* readTextLines(file: string): AsyncGenerator<SourceRow> {
  for await (const line of readLines(file)) {
    const text = line.text.trim()
    if (text !== '') yield { place: `${file}, line ${line.lineNumber}`, value: { text } }
  }
}
