/** JSON Lines: a row a line. */
import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { DatasetError } from '../errors.ts'
import type { SourceRow } from './dataset.ts'

/** The rows of a file, in order; empty lines do not count. Fails with DatasetError on a line that is not JSON. */
export async function* readJsonLines(file: string): AsyncGenerator<SourceRow> {
  const lines = createInterface({ input: createReadStream(file, 'utf8'), crlfDelay: Infinity })
  let lineNumber = 0
  for await (const line of lines) {
    lineNumber++
    if (line.trim() === '') continue
    const place = `${file}, line ${lineNumber}`
    yield { place, value: parseLine(lineNumber === 1 ? line.replace(/^\uFEFF/u, '') : line, place) }
  }
}

function parseLine(line: string, place: string): unknown {
  try {
    return JSON.parse(line)
  } catch (cause) {
    throw new DatasetError(`${place}: not JSON: ${line.length > 60 ? `${line.slice(0, 60)}…` : line}`, 'A .jsonl file holds one JSON object a line.', { cause })
  }
}
