/** CSV with a header line. */
import { pipeline } from 'node:stream'
import { CsvError, parse } from 'csv-parse'
import { DatasetError } from '../errors.ts'
import { parseJson } from '../io/parse-json.ts'
import type { SourceRow } from './source-row.ts'
import { readText } from './utf8-text.ts'

/**
 * The rows of a file, in order. Every cell is text, because CSV does not distinguish the number 42 from the text 42; `readCell` converts a cell once the schema
 * is known. Fails with DatasetError on malformed CSV and on a file that is not UTF-8.
 */
export async function* readCsv(file: string): AsyncGenerator<SourceRow> {
  // Unlike pipe, pipeline passes on errors of the file, and closes it when the consumer stops early.
  const records = pipeline(readText(file), parse({ columns: true, info: true, skip_empty_lines: true }), () => {})
  try {
    for await (const { record, info } of records as AsyncIterable<{ record: Record<string, string>; info: { lines: number } }>) {
      yield { place: `${file}, line ${info.lines}`, value: record, isText: true }
    }
  } catch (error) {
    if (!(error instanceof CsvError)) throw error
    throw new DatasetError(`${file}: ${error.message}`, 'Quote cells that hold commas, quotes or line breaks.', { cause: error })
  }
}

/** The value of a cell that is not text: a JSON number, array or object, or a boolean as JSON or Python write it. Otherwise the cell itself. */
export function readCell(cell: string): unknown {
  if (!/^\s*(?:-?\d|\[|\{|true\s*$|false\s*$)/iu.test(cell)) return cell
  try {
    return parseJson(/^\s*[tf]/iu.test(cell) ? cell.toLowerCase() : cell)
  } catch {
    return cell
  }
}
