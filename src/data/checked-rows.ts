/** Rows checked as they come, by the schema of the task that reads them. */
import type { z } from 'zod'
import { DatasetError } from '../errors.ts'
import { readCell } from './csv.ts'
import type { Dataset } from './dataset.ts'
import type { SourceRow } from './source-row.ts'
import { errorText } from '../text/error-text.ts'

/** A row that passed its schema. */
export interface CheckedRow<Row> {
  /** Index in the dataset, from 0. */
  readonly rowIndex: number
  /** As the schema returned it. */
  readonly row: Row
  /** As the dataset holds it; cells of text that the schema wants as numbers or lists are those. */
  readonly raw: unknown
}

/**
 * The rows of a dataset, in order. Fails with DatasetError on a row that does not fit, named by file, row and field, on a schema that throws, and on
 * a dataset without rows. `label` is what messages call the task.
 */
export async function* checkedRows<Row>(dataset: Dataset, schema: z.ZodType<Row>, label = 'the task'): AsyncGenerator<CheckedRow<Row>> {
  let rowIndex = 0
  for await (const source of dataset.rows()) {
    const { value, checked } = checkOrName(source, rowIndex, schema, label)
    if (!checked.success) throw misfit(source.place, rowIndex, value, checked.error)
    yield { rowIndex, row: checked.data, raw: value }
    rowIndex++
  }
  if (rowIndex > 0) return
  const { origin } = dataset
  throw new DatasetError(
    `${origin.kind === 'file' ? origin.path : `${origin.repo}, split ${origin.split},`} has no rows`,
    'An empty dataset cannot be scored; download or copy it again.',
  )
}

/** As `check`; a schema may hold code of the user's (`transform`, `refine`), which may throw or be asynchronous. */
function checkOrName<Row>(source: SourceRow, rowIndex: number, schema: z.ZodType<Row>, label: string): ReturnType<typeof check<Row>> {
  try {
    return check(source, schema)
  } catch (cause) {
    throw new DatasetError(
      `${label}: ${source.place} (row ${rowIndex}): the schema row fails: ${errorText(cause)}`,
      'Correct the schema in the task file; its transforms and checks must be synchronous.',
      { cause },
    )
  }
}

/** Where a format knows text only, a cell is text unless the schema refuses that; only then is it read as a number, list or the like. */
function check<Row>({ value, isText }: SourceRow, schema: z.ZodType<Row>): { readonly value: unknown; readonly checked: z.ZodSafeParseResult<Row> } {
  const checked = schema.safeParse(value)
  if (checked.success || !isText) return { value, checked }
  const refused = new Set(checked.error.issues.map(({ path }) => path[0]))
  const read = Object.fromEntries(
    Object.entries(value as Record<string, string>).map(([column, cell]) => [column, refused.has(column) || refused.has(undefined) ? readCell(cell) : cell]),
  )
  return { value: read, checked: schema.safeParse(read) }
}

function misfit(place: string, rowIndex: number, value: unknown, { issues }: z.ZodError): DatasetError {
  const { path, message } = issues[0]!
  const field = path.map(String).join('.')
  const found = path.reduce<unknown>(
    (part, key) => (typeof part === 'object' && part !== null ? (part as Record<PropertyKey, unknown>)[key] : undefined),
    value,
  )
  // JSON has no integers beyond 2^53, parquet does.
  const shown = JSON.stringify(found, (_, part: unknown) => (typeof part === 'bigint' ? String(part) : part)) ?? 'nothing'
  return new DatasetError(
    `${place} (row ${rowIndex}): ${field === '' ? 'the row' : `field ${field}`}: ${message}; found ${shown.length > 60 ? `${shown.slice(0, 60)}…` : shown}`,
    'Is it the dataset that the task is for? `evalharness tasks NAME` says which.',
  )
}
