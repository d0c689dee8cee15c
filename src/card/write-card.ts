/** Puts tables and the model-index into a card and leaves every other byte as it was. */
import type { RootContent } from 'mdast'
import { stringify } from 'yaml'
import type { Comparison } from '../compare/comparison.ts'
import { CardError } from '../errors.ts'
import type { LacoRecord } from '../prune/pruning-record.ts'
import { markdownBody } from '../report/markdown.ts'
import { benchmarkName, cardSections } from './card-sections.ts'
import type { Card } from './read-card.ts'

/** The card's new text. The comparison's first variant is the card's model. Fails with CardError where a marker is not closed. */
export function writeCard(card: Card, comparison: Comparison, laco: LacoRecord | null): string {
  const newline = /\r\n/u.test(card.text) ? '\r\n' : '\n'
  let text = card.text
  for (const { name, blocks } of cardSections(comparison, laco)) text = putSection(text, name, blocks, newline)
  return putModelIndex(text, card, comparison, newline)
}

function marker(name: string, side: 'begin' | 'end'): string {
  return `<!-- evalharness:${name}:${side} -->`
}

/** Between its markers, or with markers at the end. */
function putSection(text: string, name: string, blocks: readonly RootContent[], newline: string): string {
  const body = [marker(name, 'begin'), '', markdownBody(blocks).trimEnd(), '', marker(name, 'end')].join('\n').replaceAll('\n', newline)
  const begin = text.indexOf(marker(name, 'begin'))
  const end = text.indexOf(marker(name, 'end'))
  if (begin < 0 && end < 0) return `${text.replace(/\s*$/u, '')}${newline}${newline}${body}${newline}`
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
  const block = stringify({ 'model-index': [modelIndex(comparison)] }).replaceAll('\n', newline)
  if (!card.frontMatter) return `---${newline}${block}---${newline}${newline}${text}`
  const { document, start, end } = card.frontMatter
  const place = rangeOf(document.contents, 'model-index', text.slice(start, end))
  if (!place) return text.slice(0, end) + block + text.slice(end)
  return text.slice(0, start + place.from) + block + text.slice(start + place.to)
}

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

function modelIndex({ accuracies, perplexities, variants }: Comparison): object {
  const metricNames: Readonly<Record<string, readonly [string, string]>> = {
    acc: ['accuracy', 'Accuracy'],
    acc_norm: ['accuracy_norm', 'Accuracy (Normalized)'],
  }
  return {
    name: variants[0]!.label,
    results: [
      ...accuracies.flatMap(({ task, metric, shotCount, cells }) => {
        if (!cells[0]) return []
        const [type, name] = metricNames[metric] ?? [metric, metric]
        const shots = shotCount ? ` (${shotCount}-shot)` : ''
        return [result(task, benchmarkName(task, null), type, `${name}${shots}`, Number((cells[0].score.value * 100).toFixed(2)))]
      }),
      ...perplexities.flatMap(({ task, metric, cells }) =>
        cells[0] ? [result(task, benchmarkName(task, null), metric, metric.replaceAll('_', ' '), Number(cells[0].score.value.toFixed(4)))] : [],
      ),
    ],
  }
}

function result(dataset: string, name: string, type: string, metricName: string, value: number): object {
  return { task: { type: 'text-generation', name: 'Text Generation' }, dataset: { name, type: dataset }, metrics: [{ type, value, name: metricName }] }
}
