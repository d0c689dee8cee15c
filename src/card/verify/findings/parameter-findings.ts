/** Sizes that a card claims, against config.json of the original. */
import type { ModelConfig } from '../../../model/config/config.ts'
import { count } from '../../../text/count.ts'
import type { CardFigures } from '../../read/card-figures.ts'
import type { CardContext } from '../card-context.ts'
import { attribute, PERCENT } from '../checked-cell.ts'
import { parameterCells } from '../checks/parameter-checks.ts'
import { parametersWith } from '../published-figures.ts'
import type { Finding } from './finding.ts'

/** How many parameters are left, and a vocabulary that is not the embedding's; nothing if config.json is not known. */
export function parameterFindings({ figures, model }: CardContext): Finding[] {
  return model ? [...sizeFinding(figures, model), ...vocabularyFinding(figures, model)] : []
}

function sizeFinding(figures: CardFigures, model: ModelConfig): Finding[] {
  const [original] = attribute(figures, 'original layers')
  const [pruned] = attribute(figures, 'pruned layers', 'layers')
  if (!pruned) return []
  const [before, after] = [parametersWith(model, original?.value ?? model.layerCount), parametersWith(model, pruned.value)]
  const removed = ((before - after) / before) * PERCENT
  const sizes = `${pruned.value} layers are ${count(after)} of ${count(before)} parameters, ${removed.toFixed(1)} % fewer`
  const wrong = new Set(parameterCells(figures, model).flatMap(({ verdict, text }) => (verdict === 'different' ? [text] : [])))
  if (wrong.size === 0) return [{ id: 'parameters', kind: 'note', text: `${sizes}.` }]
  return [{ id: 'parameters', kind: 'wrong', text: `${sizes}, not ${[...wrong].join(' or ')}: the share of layers is not the share of parameters.` }]
}

function vocabularyFinding(figures: CardFigures, { vocabularySize }: ModelConfig): Finding[] {
  const wrong = attribute(figures, 'vocabulary size').find(({ value }) => value !== vocabularySize)
  if (!wrong) return []
  const text = `The embedding matrix has ${count(vocabularySize)} rows; ${wrong.text} is what the tokenizer uses.`
  return [{ id: 'vocabulary', kind: 'wrong', text }]
}
