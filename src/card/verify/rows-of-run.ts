/** Which rows of a card are of the runs that it is compared with: a card may have several models. */
import { plainName } from '../read/benchmark-name.ts'
import type { CardFigures } from '../read/card-figures.ts'
import { isSameMeasure, type PerplexityRow } from '../read/perplexity-rows.ts'

/** Why a row is not of the runs; null if it is. */
export interface RowsOfRun {
  /** Of a row of benchmarks or divergences, by the model that it names. */
  readonly whyOther: (model: string | null) => string | null
  readonly whyOtherText: (row: PerplexityRow) => string | null
}

/** The rows whose model has the run's label. A card of one model may call it anything. */
export function rowsOfRun({ benchmarks, perplexities, divergences }: CardFigures, label: string): RowsOfRun {
  const models = new Set([...benchmarks, ...divergences].flatMap(({ model }) => (model === null ? [] : [plainName(model)])))
  const ofTexts = new Set(perplexities.filter(({ side }) => side === 'variant').map(({ model }) => plainName(modelOf(model))))
  const whyNot = (model: string) => (plainName(model) === plainName(label) ? null : `the row is of ${model}, the run of ${label}`)
  const whyOtherModel = ({ model }: PerplexityRow) => (models.size < 2 && ofTexts.size < 2 ? null : whyNot(modelOf(model)))
  return {
    whyOther: (model) => {
      if (models.size < 2) return null
      return model === null ? 'the table does not say which model it is of' : whyNot(model)
    },
    whyOtherText: (row) => {
      if (row.side === 'variant') return whyOtherModel(row)
      // Models that were scored on other items have another row of the original.
      const reasons = perplexities.filter((other) => other.side === 'variant' && isSameMeasure(other, row)).map(whyOtherModel)
      return reasons.includes(null) ? null : (reasons[0] ?? null)
    },
  }
}

/** `nf4` of `Variant (nf4)`. */
function modelOf(name: string): string {
  return /^(?:pruned|variant) \((.+)\)$/iu.exec(name)?.[1] ?? name
}
