/** Sizes of the model against config.json of the original. */
import type { ModelConfig } from '../../../model/config/config.ts'
import { count } from '../../../text/count.ts'
import type { CardFigures } from '../../read/card-figures.ts'
import type { Printed } from '../../read/printed-cell.ts'
import type { CardContext } from '../card-context.ts'
import { attribute, checked, roundsTo, type CheckedCell } from '../checked-cell.ts'
import { parametersWith } from '../published-figures.ts'

/** Every cell that config.json decides; none if it is not known. */
export function configCells({ figures, model }: CardContext): CheckedCell[] {
  return model ? [...vocabularyCells(figures, model), ...sizeCells(figures, model), ...parameterCells(figures, model)] : []
}

function vocabularyCells(figures: CardFigures, { vocabularySize }: ModelConfig): CheckedCell[] {
  return attribute(figures, 'vocabulary size').map((cell) =>
    checked(cell, 'rows of the embedding matrix', cell.value === vocabularySize, count(vocabularySize)),
  )
}

/** Sizes that the card may name, and config.json's. */
function sizeCells(figures: CardFigures, model: ModelConfig): CheckedCell[] {
  const sizes: readonly (readonly [name: string, value: number])[] = [
    ['original layers', model.layerCount],
    ['hidden size', model.hiddenSize],
    ['attention heads (q)', model.headCount],
    ['attention heads (kv)', model.keyValueHeadCount],
    ['intermediate size', model.intermediateSize],
    ['max context length', model.maxPositions],
  ]
  return sizes.flatMap(([name, value]) =>
    attribute(figures, name).map((cell) => checked(cell, 'config.json of the original', cell.value === value, String(value))),
  )
}

/** Numbers of parameters, for the layers that are left. */
export function parameterCells(figures: CardFigures, model: ModelConfig): CheckedCell[] {
  const [pruned] = attribute(figures, 'pruned layers', 'layers')
  if (!pruned) return []
  const parameters = parametersWith(model, pruned.value)
  return attribute(figures, 'parameters').map((cell) => {
    const { letter, size } = unitOf(cell)
    const expected = letter === '' ? count(parameters) : `~${(parameters / size).toFixed(cell.digits)}${letter}`
    return checked(cell, 'parameters by config.json', roundsTo(cell, parameters / size), expected)
  })
}

/** The unit of a cell's first number: `6.3B`, `135M`. Without a letter a number above a thousand counts ones, a smaller one billions. */
function unitOf({ text, value }: Printed): { readonly letter: string; readonly size: number } {
  const [, letter] = /\d\s*([BM])\b/iu.exec(text) ?? []
  if (letter?.toUpperCase() === 'M') return { letter: 'M', size: 1e6 }
  return letter === undefined && value >= 1000 ? { letter: '', size: 1 } : { letter: 'B', size: 1e9 }
}
