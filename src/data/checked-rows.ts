/** Rows checked by the schema of their task while they are read. */
import type { z } from 'zod'
import { DatasetError } from '../errors.ts'
import { readCell } from './csv.ts'
import type { Dataset } from './dataset.ts'
import type { SourceRow } from './source-row.ts'
import { errorText } from '../text/error-text.ts'
import { listNames } from '../text/list-names.ts'

/** A row that passed its schema. */
export interface CheckedRow<Row> {
  /** Index in the dataset, from 0. */
  readonly rowIndex: number
  /** As the schema returned it. */
  readonly row: Row
  /** The row of the dataset; text cells are converted if the schema expects numbers or lists. */
  readonly raw: unknown
}

/**
 * The rows of a dataset, in order. Fails with DatasetError on a row that does not fit (the message names file, row and field), on a schema that throws, and on a
 * dataset without rows. `label` is the name of the task in messages.
 */
export async function* checkedRows<Row>(dataset: Dataset, schema: z.ZodType<Row>, label = 'the task'): AsyncGenerator<CheckedRow<Row>> {
  let rowIndex = 0
  for await (const source of dataset.rows()) {
    const { value, checked } = checkOrName(source, rowIndex, schema, label)
    if (!checked.success) throw rowError(source.place, rowIndex, value, checked.error)
    yield { rowIndex, row: checked.data, raw: value }
    rowIndex++
  }
  if (rowIndex > 0) return
  const { origin } = dataset
  throw new DatasetError(
    `${origin.kind === 'file' ? origin.path : `${origin.repo}, split ${origin.split},`} has no rows`,
    'Download or copy the dataset again.',
  )
}

/** As `check`. A schema may contain code (`transform`, `refine`) that throws or is asynchronous. */
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

/** Checks a row. In a format that has only text, a cell that the schema refuses as text is read as a number, list or the like. */
function check<Row>({ value, isText }: SourceRow, schema: z.ZodType<Row>): { readonly value: unknown; readonly checked: z.ZodSafeParseResult<Row> } {
  const checked = schema.safeParse(value)
  if (checked.success || !isText) return { value, checked }
  const refused = new Set(checked.error.issues.map(({ path }) => path[0]))
  const read = Object.fromEntries(
    Object.entries(value as Record<string, string>).map(([column, cell]) => [column, refused.has(column) || refused.has(undefined) ? readCell(cell) : cell]),
  )
  return { value: read, checked: schema.safeParse(read) }
}

function rowError(place: string, rowIndex: number, value: unknown, { issues }: z.ZodError): DatasetError {
  const { path, message } = issues[0]!
  const field = path.map(String).join('.')
  const found = path.reduce<unknown>(
    (part, key) => (typeof part === 'object' && part !== null ? (part as Record<PropertyKey, unknown>)[key] : undefined),
    value,
  )
  // Parquet has integers beyond 2^53, JSON has not.
  const shown = JSON.stringify(found, (_, part: unknown) => (typeof part === 'bigint' ? String(part) : part)) ?? 'nothing'
  if (found === undefined && field !== '')
    return new DatasetError(
      `${place} (row ${rowIndex}): has no field ${field}`,
      `${fieldsText(value)}Check that this is the dataset of the task: \`evalharness tasks NAME\` names it.`,
    )
  return new DatasetError(
    `${place} (row ${rowIndex}): ${field === '' ? 'the row' : `field ${field}`}: ${message}; found ${shown.length > 60 ? `${shown.slice(0, 60)}…` : shown}`,
    'Check that this is the dataset of the task: `evalharness tasks NAME` names it.',
  )
}

/** What a row has instead; empty if it has no fields. */
function fieldsText(value: unknown): string {
  const names = typeof value === 'object' && value !== null ? Object.keys(value) : []
  return names.length === 0 ? '' : `It has ${listNames(names, 12)}. `
}
