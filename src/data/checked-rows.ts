/** Rows checked as they come, by the schema of the task that reads them. */
import type { z } from 'zod'
import { DatasetError } from '../errors.ts'
import type { Dataset } from './dataset.ts'

/** A row that passed its schema. */
export interface CheckedRow<Row> {
  /** Index in the dataset, from 0. */
  readonly rowIndex: number
  /** As the schema returned it. */
  readonly row: Row
  /** As the dataset holds it. */
  readonly raw: unknown
}

/** The rows of a dataset, in order. Fails with DatasetError on a row that does not fit, named by file, row and field, and on a dataset without rows. */
export async function* checkedRows<Row>(dataset: Dataset, schema: z.ZodType<Row>): AsyncGenerator<CheckedRow<Row>> {
  let rowIndex = 0
  for await (const { place, value } of dataset.rows()) {
    const checked = schema.safeParse(value)
    if (!checked.success) throw misfit(place, rowIndex, value, checked.error)
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

function misfit(place: string, rowIndex: number, value: unknown, { issues }: z.ZodError): DatasetError {
  const { path, message } = issues[0]!
  const field = path.map(String).join('.')
  const found = path.reduce<unknown>(
    (part, key) => (typeof part === 'object' && part !== null ? (part as Record<PropertyKey, unknown>)[key] : undefined),
    value,
  )
  const shown = JSON.stringify(found) ?? 'nothing'
  return new DatasetError(
    `${place} (row ${rowIndex}): ${field === '' ? 'the row' : `field ${field}`}: ${message}; found ${shown.length > 60 ? `${shown.slice(0, 60)}…` : shown}`,
    'Is it the dataset that the task is for? `evalharness tasks NAME` says which.',
  )
}
