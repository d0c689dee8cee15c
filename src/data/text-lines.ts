/** Plain text as rows `{ text }`. */
import { stat } from 'node:fs/promises'
import { DatasetError } from '../errors.ts'
import { byteSize } from '../text/byte-size.ts'
import type { SourceRow } from './source-row.ts'
import { readLines } from './lines.ts'
import { readWholeText } from './utf8-text.ts'

/** A row a line, in order, trimmed, without empty lines. */
export async function* readTextLines(file: string): AsyncGenerator<SourceRow> {
  for await (const line of readLines(file)) {
    const text = line.text.trim()
    if (text !== '') yield { place: placeOf(file, line.lineNumber), value: { text } }
  }
}

/** WikiText's own format as its datasets on the hub have it: a row a line with its line break; lines of white space are empty rows. */
export async function* readRawLines(file: string): AsyncGenerator<SourceRow> {
  for await (const { lineNumber, text } of readLines(file)) yield { place: placeOf(file, lineNumber), value: { text: text.trim() === '' ? '' : `${text}\n` } }
}

/** Most bytes of a document, which is read as a whole. */
const MOST_BYTES = 2 ** 28

/** One row: the whole file. Fails with DatasetError on a file that is too large or not UTF-8. */
export async function* readDocument(file: string): AsyncGenerator<SourceRow> {
  const { size } = await stat(file)
  if (size > MOST_BYTES) throw new DatasetError(`${file} has ${byteSize(size)}, a document has ${byteSize(MOST_BYTES)} at most`, 'Give a part of it.')
  yield { place: file, value: { text: await readWholeText(file) } }
}

function placeOf(file: string, lineNumber: number): string {
  return `${file}, line ${lineNumber}`
}
