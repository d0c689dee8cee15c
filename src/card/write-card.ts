/** Puts tables and the model-index into a card and leaves every other byte as it was. */
import { isDeepStrictEqual } from 'node:util'
import type { RootContent } from 'mdast'
import { isMap, parse, stringify } from 'yaml'
import { z } from 'zod'
import type { Comparison } from '../compare/comparison.ts'
import { CardError } from '../errors.ts'
import { lookUp } from '../look-up.ts'
import type { LacoRecord } from '../prune/pruning-record.ts'
import { markdownBody } from '../report/markdown.ts'
import { cardFigures, taskOf } from './card-figures.ts'
import { benchmarkName, cardSections, SECTION_TITLES, type CardSection } from './card-sections.ts'
import type { Card } from './read-card.ts'

/** The card's new text. The comparison's first variant is the card's model. Fails with CardError where a marker is not closed, or where the front matter cannot take the index. */
export function writeCard(card: Card, comparison: Comparison, laco: LacoRecord | null): string {
  const newline = /\r\n/u.test(card.text) ? '\r\n' : '\n'
  let text = card.text
  for (const { name, blocks } of cardSections(comparison, laco)) text = putSection(text, name, blocks, newline)
  return putModelIndex(text, card, comparison, newline)
}

/** Sections of the comparison that the card has already, in a table that no markers enclose: they would stand in it twice. */
export function unmarkedTables(card: Card, comparison: Comparison): readonly { readonly name: string; readonly line: number }[] {
  const figures = cardFigures(card)
  const lines = {
    benchmarks: figures.benchmarks[0]?.original.line,
    perplexity: figures.perplexities[0]?.perplexity.line,
    'use-cases': figures.useCases[0]?.line,
  }
  const names = new Set<string>(cardSections(comparison, null).map(({ name }) => name))
  return Object.entries(lines).flatMap(([name, line]) =>
    line !== undefined && names.has(name) && !card.text.includes(marker(name, 'begin')) ? [{ name, line }] : [],
  )
}

function marker(name: string, side: 'begin' | 'end'): string {
  return `<!-- evalharness:${name}:${side} -->`
}

/** Between its markers, or at the end with a heading and markers of its own. */
function putSection(text: string, name: CardSection['name'], blocks: readonly RootContent[], newline: string): string {
  const body = [marker(name, 'begin'), '', markdownBody(blocks).trimEnd(), '', marker(name, 'end')].join('\n').replaceAll('\n', newline)
  const begin = text.indexOf(marker(name, 'begin'))
  const end = text.indexOf(marker(name, 'end'))
  if (begin < 0 && end < 0) {
    const gap = text === '' || text.endsWith(newline + newline) ? '' : text.endsWith(newline) ? newline : newline + newline
    return `${text}${gap}## ${SECTION_TITLES[name]}${newline}${newline}${body}${newline}`
  }
  const isTwice = text.indexOf(marker(name, 'begin'), begin + 1) >= 0 || text.indexOf(marker(name, 'end'), end + 1) >= 0
  if (begin < 0 || end < begin || isTwice) {
    throw new CardError(
      `the markers of ${name} do not make one pair: begin at ${begin}, end at ${end}`,
      `Put ${marker(name, 'begin')} before ${marker(name, 'end')}, once each, or remove both.`,
    )
  }
  return text.slice(0, begin) + body + text.slice(end + marker(name, 'end').length)
}

/** The results as the hub reads them. Only the text of the old model-index is replaced; comments elsewhere stay. */
function putModelIndex(text: string, card: Card, comparison: Comparison, newline: string): string {
  const known = knownIndex(card)
  const block = stringify({ 'model-index': [modelIndex(comparison, known), ...known.slice(1)] }).replaceAll('\n', newline)
  if (!card.frontMatter) {
    const mark = text.startsWith('\uFEFF') ? '\uFEFF' : ''
    return `${mark}---${newline}${block}---${newline}${newline}${text.slice(mark.length)}`
  }
  const { document, start, end } = card.frontMatter
  if (document.contents !== null && (!isMap(document.contents) || document.contents.flow === true))
    throw new CardError('the front matter is not a list of keys, a line each', 'Write it as `key: value` lines; a model-index cannot be put into it as it is.')
  const source = text.slice(start, end)
  const place = rangeOf(document.contents, 'model-index', source) ?? { from: source.length, to: source.length }
  const result = source.slice(0, place.from) + block + source.slice(place.to)
  checkOtherKeys(source, result)
  return text.slice(0, start) + result + text.slice(end)
}

/** Fails with CardError unless all but the model-index says what it said: an anchor in the old index may have been used elsewhere. */
function checkOtherKeys(before: string, after: string): void {
  const others = (source: string) => {
    const { 'model-index': _, ...rest } = (parse(source) ?? {}) as Record<string, unknown>
    return rest
  }
  let isKept = false
  try {
    isKept = isDeepStrictEqual(others(before), others(after))
  } catch {
    // Not YAML any more.
  }
  if (!isKept)
    throw new CardError('the model-index cannot be replaced: other keys of the front matter depend on it', 'Write the anchors out that it shares with them.')
}

/** The models of the old index that are lists of results; what is otherwise is replaced. */
function knownIndex({ frontMatter }: Card): readonly IndexedModel[] {
  const content: unknown = frontMatter?.content
  const checked = z.looseObject({ 'model-index': z.array(indexedModel) }).safeParse(content)
  return checked.success ? checked.data['model-index'] : []
}

const indexedModel = z.looseObject({
  name: z.string().optional(),
  results: z.array(z.looseObject({ dataset: z.looseObject({ type: z.string().optional(), name: z.string().optional() }).optional() })),
})
type IndexedModel = z.infer<typeof indexedModel>

/** From the key to the end of its value's last line. */
function rangeOf(contents: unknown, key: string, source: string): { readonly from: number; readonly to: number } | null {
  const items =
    (contents as { items?: readonly { key: { value?: unknown; range?: readonly number[] }; value: { range?: readonly number[] } | null }[] } | null)?.items ??
    []
  const index = items.findIndex((item) => item.key.value === key)
  const pair = items[index]
  if (!pair?.key.range) return null
  const valueEnd = pair.value?.range?.[1] ?? pair.key.range[1]!
  // The value's range may end at its last character or after its line.
  const to = valueEnd > 0 && source[valueEnd - 1] === '\n' ? valueEnd : source.indexOf('\n', valueEnd) + 1 || source.length
  return { from: pair.key.range[0]!, to }
}

/** The comparison's results, and those of the old index on other datasets, under the name that it had. */
function modelIndex({ accuracies, perplexities, variants }: Comparison, [known]: readonly IndexedModel[]): object {
  const metricNames: Readonly<Record<string, readonly [string, string]>> = {
    acc: ['accuracy', 'Accuracy'],
    acc_norm: ['accuracy_norm', 'Accuracy (Normalized)'],
  }
  const written = new Set([...accuracies, ...perplexities].flatMap(({ task, cells }) => (cells[0] ? [task] : [])))
  const others = known?.results.filter(({ dataset }) => !written.has(taskOf(dataset?.type ?? dataset?.name ?? ''))) ?? []
  return {
    ...known,
    name: known?.name ?? variants[0]!.label,
    results: [
      ...accuracies.flatMap(({ task, metric, shotCount, cells }) => {
        if (!cells[0]) return []
        const [type, name] = lookUp(metricNames, metric) ?? [metric, metric]
        const shots = shotCount ? ` (${shotCount}-shot)` : ''
        return [result(task, benchmarkName(task, null), type, `${name}${shots}`, Number((cells[0].score.value * 100).toFixed(2)))]
      }),
      ...perplexities.flatMap(({ task, metric, cells }) =>
        cells[0] ? [result(task, benchmarkName(task, null), metric, metric.replaceAll('_', ' '), Number(cells[0].score.value.toFixed(4)))] : [],
      ),
      ...others,
    ],
  }
}

function result(dataset: string, name: string, type: string, metricName: string, value: number): object {
  return { task: { type: 'text-generation', name: 'Text Generation' }, dataset: { name, type: dataset }, metrics: [{ type, value, name: metricName }] }
}
