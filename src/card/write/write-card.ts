/** Puts tables and the model-index into a card and leaves every other byte as it was. */
import { isMap, parse, stringify } from 'yaml'
import { CardError } from '../../errors.ts'
import type { CardContents } from './card-contents.ts'
import { baseModelOf, taskOf } from '../read/card-figures.ts'
import { accuracyRows, benchmarkName, cardSections } from './card-sections.ts'
import { differOnlyIn, indexNames, modelIndexYaml } from './model-index.ts'
import { placeSections } from './place-sections.ts'
import type { Card, FrontMatter } from '../read/read-card.ts'

/**
 * The card's new text. Fails with CardError where a section has no clear place, or where the front matter cannot take the index.
 * A base model that the card names stays unless the user names another.
 */
export function writeCard(card: Card, contents: CardContents): string {
  const names = indexNames(card, contents)
  const baseModel = baseModelFor(card, contents)
  const tasks = new Set(accuracyRows(contents).flatMap(({ line: { task } }) => [taskOf(task), taskOf(benchmarkName(task, null))]))
  const text = placeSections(card, cardSections(contents, names, baseModel), tasks)
  const keys = [...baseModelKey(card, baseModel), { key: 'model-index', yaml: modelIndexYaml(card, contents, names) }]
  return putKeys(text, card.frontMatter, keys)
}

/** A key of the front matter with its value, a line or more. */
interface FrontMatterKey {
  readonly key: string
  readonly yaml: string
}

/** Repository of the original on the hub: what the user names, else what the card says, else what was read; null where none of them is one. */
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

/** Sections begin below the front matter, which is where it was. */
function putKeys(text: string, frontMatter: FrontMatter | null, keys: readonly FrontMatterKey[]): string {
  const newline = text.includes('\r\n') ? '\r\n' : '\n'
  const withNewline = keys.map(({ key, yaml }) => ({ key, yaml: yaml.replaceAll('\n', newline) }))
  if (!frontMatter) {
    const mark = text.startsWith('\uFEFF') ? '\uFEFF' : ''
    return `${mark}---${newline}${withNewline.map(({ yaml }) => yaml).join('')}---${newline}${newline}${text.slice(mark.length)}`
  }
  const { document, start, end } = frontMatter
  if (document.contents !== null && (!isMap(document.contents) || document.contents.flow === true))
    throw new CardError('the front matter is not a list of keys, a line each', 'Write it as `key: value` lines; a model-index cannot be put into it as it is.')
  const source = text.slice(start, end)
  const places = withNewline.map(({ key, yaml }) => ({ yaml, ...(rangeOf(document.contents, key, source) ?? { from: source.length, to: source.length }) }))
  // Later pieces first; of two that are appended the first stays first.
  const result = places
    .toReversed()
    .toSorted((a, b) => b.from - a.from)
    .reduce((changed, { yaml, from, to }) => changed.slice(0, from) + yaml + changed.slice(to), source)
  checkOtherKeys(source, result, keys)
  return text.slice(0, start) + result + text.slice(end)
}

/** Fails with CardError unless all but the written keys say what they said: an anchor in an old value may have been used elsewhere. */
function checkOtherKeys(before: string, after: string, keys: readonly FrontMatterKey[]): void {
  const content = (source: string) => (parse(source) ?? {}) as Record<string, unknown>
  let isCached = false
  try {
    isCached = differOnlyIn(
      content(before),
      content(after),
      keys.map(({ key }) => key),
    )
  } catch {
    // Not YAML any more.
  }
  if (!isCached)
    throw new CardError('the model-index cannot be replaced: other keys of the front matter depend on it', 'Write the anchors out that it shares with them.')
}

/** From the key to the next one, without the comments and blank lines before that. */
function rangeOf(contents: unknown, key: string, source: string): { readonly from: number; readonly to: number } | null {
  const items = (contents as { items?: readonly { key: { value?: unknown; range?: readonly number[] } }[] } | null)?.items ?? []
  const index = items.findIndex((item) => item.key.value === key)
  const from = items[index]?.key.range?.[0]
  if (from === undefined) return null
  const next = items[index + 1]?.key.range?.[0] ?? source.length
  const lines = source.slice(from, next).split(/(?<=\n)/u)
  const isCommentOrBlank = (line: string) => line.startsWith('#') || line.trim() === ''
  while (lines.length > 1 && isCommentOrBlank(lines.at(-1)!)) lines.pop()
  return { from, to: from + lines.join('').length }
}
