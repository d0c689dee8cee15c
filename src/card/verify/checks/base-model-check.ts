/** The base model that tables name, against that of the front matter. */
import type { CardContext } from '../card-context.ts'
import { checked, type CheckedCell } from '../checked-cell.ts'

/** Every cell that names it: the hub links the front matter's, readers follow the table's. */
export function baseModelCells({ figures: { attributes }, base }: CardContext): CheckedCell[] {
  if (base === null) return []
  return (attributes.get('base model') ?? []).map((cell) => checked(cell, 'base_model of the front matter', modelName(cell.text) === modelName(base), base))
}

/** Without its owner, in small letters. */
function modelName(name: string): string {
  return name.split('/').at(-1)!.trim().toLowerCase()
}
