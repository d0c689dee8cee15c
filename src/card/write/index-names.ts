/** Names that the models of a card have in its model-index. */
import type { BenchmarkRow } from '../read/benchmark-rows.ts'
import { cardFigures } from '../read/card-figures.ts'
import { isOfDataset, knownIndex, type IndexedModel } from '../read/model-index.ts'
import type { Card } from '../read/read-card.ts'
import type { CardContents } from './card-contents.ts'

/** The models' names: the one that the index has for the card's own model, else the models' labels. */
export function indexNames(card: Card, { models }: CardContents): readonly string[] {
  const known = knownIndex(card)
  const only = models.length === 1 && known.length === 1 ? known[0]! : undefined
  return models.map(({ label }) => (only && !known.some(({ name }) => name === label) && isOfCard(card, only) ? (only.name ?? label) : label))
}

/** Whether an only entry is of the card's own model, whatever its name: it has no results yet, or those of the card's table. */
function isOfCard(card: Card, { results }: IndexedModel): boolean {
  const rows = cardFigures(card).benchmarks
  const found = results.flatMap(({ dataset, metrics = [] }) => {
    const row = rows.find((candidate) => isOfDataset(candidate, dataset))
    return row ? [metrics.some(({ value }) => isShownAs(Number(value), row))] : []
  })
  return results.length === 0 || (found.length > 0 && found.every((isShown) => isShown))
}

function isShownAs(value: number, { variant }: BenchmarkRow): boolean {
  return [1, 100].some((scale) => Math.abs(value * scale - variant.value) <= variant.slack + 1e-9)
}
