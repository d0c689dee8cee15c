/** CSV with a header line. */
import { createReadStream } from 'node:fs'
import { parse, type CsvError } from 'csv-parse'
import { DatasetError } from '../errors.ts'
import type { SourceRow } from './dataset.ts'

/** The rows of a file, in order. Cells that are JSON numbers, arrays or objects are read as such, everything else is text. Fails with DatasetError on malformed CSV. */
export async function* readCsv(file: string): AsyncGenerator<SourceRow> {
  const records = createReadStream(file).pipe(parse({ columns: true, bom: true, info: true, skip_empty_lines: true }))
  try {
    for await (const { record, info } of records as AsyncIterable<{ record: Record<string, string>; info: { lines: number } }>) {
      const value = Object.fromEntries(Object.entries(record).map(([column, cell]) => [column, typedCell(cell)]))
      yield { place: `${file}, line ${info.lines}`, value }
    }
  } catch (error) {
    if (typeof (error as CsvError).code !== 'string') throw error
    throw new DatasetError(`${file}: ${(error as CsvError).message}`, 'Quote cells that hold commas, quotes or line breaks.', { cause: error })
  }
}

/** CSV knows text only; a number is one that JSON would write the same way, so `007` stays text. */
function typedCell(cell: string): unknown {
  if (!/^(?:-?\d|\[|\{)/u.test(cell)) return cell
  try {
    const value: unknown = JSON.parse(cell)
    return typeof value !== 'number' || String(value) === cell ? value : cell
  } catch {
    return cell
  }
}
