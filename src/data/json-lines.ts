/** JSON Lines: one row per line. */
import { DatasetError } from '../errors.ts'
import { parseJson } from '../io/parse-json.ts'
import type { SourceRow } from './source-row.ts'
import { readLines } from './lines.ts'

/** The rows of a file, in order, without empty lines. Fails with DatasetError on a line that `parse` rejects. */
export async function* readJsonLines(file: string, parse: (text: string) => unknown = parseJson): AsyncGenerator<SourceRow> {
  for await (const { lineNumber, text } of readLines(file)) {
    if (text.trim() === '') continue
    const place = `${file}, line ${lineNumber}`
    yield { place, value: parseLine(text, place, parse) }
  }
}

function parseLine(line: string, place: string, parse: (text: string) => unknown): unknown {
  try {
    return parse(line)
  } catch (cause) {
    throw new DatasetError(`${place}: not JSON: ${line.length > 60 ? `${line.slice(0, 60)}…` : line}`, 'A .jsonl file has one JSON object per line.', { cause })
  }
}
