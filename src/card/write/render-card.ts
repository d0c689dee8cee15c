/** Puts tables and the model-index into a card and leaves every other byte as it was. */
import { stringify } from 'yaml'
import type { CardContents } from './card-contents.ts'
import { baseModelOf } from '../read/base-model.ts'
import { taskOf } from '../read/benchmark-name.ts'
import { cardSections } from './card-sections.ts'
import { accuracyRows } from './compared-rows.ts'
import { putKeys, type FrontMatterKey } from './front-matter-keys.ts'
import { indexNames } from './index-names.ts'
import { modelIndexYaml } from './model-index-yaml.ts'
import { placeSections } from './place-sections.ts'
import type { Card } from '../read/read-card.ts'

/**
 * The card's new text. Fails with CardError if a section has no clear place, or if the front matter cannot take the index.
 * A base model that the card names stays unless --base-model gives another.
 */
export function renderCard(card: Card, contents: CardContents): string {
  const names = indexNames(card, contents)
  const baseModel = baseModelFor(card, contents)
  const tasks = new Set(accuracyRows(contents).map(({ line }) => taskOf(line.task)))
  const text = placeSections(card, cardSections(contents, names, baseModel), tasks)
  const keys = [...baseModelKey(card, baseModel), { key: 'model-index', yaml: modelIndexYaml(card, contents, names) }]
  return putKeys(text, card.frontMatter, keys)
}

/** Repository of the original on the hub: what --base-model gives, else what the card says, else what was read; null if none of them is one. */
export function baseModelFor(card: Card, { baseModel, repository }: CardContents): string | null {
  return baseModel ?? baseModelOf(card) ?? (hasBaseModel(card) ? null : repository)
}

function hasBaseModel({ frontMatter }: Card): boolean {
  return (frontMatter?.content as Record<string, unknown> | null | undefined)?.['base_model'] != null
}

function baseModelKey(card: Card, baseModel: string | null): FrontMatterKey[] {
  return baseModel === null || baseModelOf(card) === baseModel
    ? []
    : [{ key: 'base_model', yaml: stringify({ base_model: baseModel }, { compat: 'yaml-1.1' }) }]
}
