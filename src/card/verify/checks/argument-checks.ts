/** The settings of a dataset in the model-index, `args`, against the row that the entry repeats. */
import { plainName } from '../../read/benchmark-name.ts'
import type { BenchmarkRow } from '../../read/benchmark-rows.ts'
import type { IndexedResult } from '../../read/model-index.ts'
import type { Cell } from '../../read/printed-cell.ts'
import type { PerplexityRow } from '../../read/perplexity-rows.ts'
import { checked, type CheckedCell } from '../checked-cell.ts'

/** What an entry repeats. */
export interface RepeatedRows {
  readonly row: BenchmarkRow | undefined
  readonly text: PerplexityRow | undefined
  /** By evalharness: what the table does not name is then not there. */
  readonly isWritten: boolean
}

/** Items, limit and shots, if both the entry and the table give them. */
export function argumentCells(dataset: IndexedResult['dataset'], { row, text, isWritten }: RepeatedRows, place: Omit<Cell, 'column' | 'text'>): CheckedCell[] {
  const args = argumentsOf(dataset)
  const items = row?.items ?? text?.itemCount ?? null
  const expected: Readonly<Record<string, number | string | null>> = {
    num_few_shot: row ? shotsOfRow(row, dataset?.name, isWritten) : null,
    num_items: items && items.count,
    limit: items && (items.limit ?? (isWritten ? 'none' : null)),
  }
  return Object.entries(expected).flatMap(([name, value]) => {
    const given = args[name]
    if (given === undefined || given === null || value === null) return []
    return [checked({ ...place, column: name, text: JSON.stringify(given) }, `${name} of the table`, given === value, String(value))]
  })
}

function argumentsOf(dataset: IndexedResult['dataset']): Readonly<Record<string, unknown>> {
  const args = dataset?.['args']
  return typeof args === 'object' && args !== null ? (args as Record<string, unknown>) : {}
}

/** Null if the table does not say. A card that evalharness wrote leaves out no shots but 0, and a task's own name may end like shots. */
function shotsOfRow({ original, shotCount }: BenchmarkRow, name: string | undefined, isWritten: boolean): number | null {
  if (!isWritten) return shotCount
  return plainName(original.row) === plainName(name ?? '') ? 0 : (shotCount ?? 0)
}
