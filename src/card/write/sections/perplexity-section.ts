/** The tables of perplexities and of bits per byte. */
import type { RootContent } from 'mdast'
import type { Interval, PerplexityLine } from '../../../compare/comparison.ts'
import { UNNAMED_PERPLEXITY } from '../../../metrics/registry.ts'
import { table } from '../../../text/markdown.ts'
import { benchmarkName } from '../benchmark-title.ts'
import { itemsText } from '../card-contents.ts'
import { cardMetric, groupsOf, variantWord, type TextRow } from '../compared-rows.ts'

/** How a table names and prints its figures. */
interface TextTable {
  readonly head: string
  /** The column that says what was measured; null for none. */
  readonly measure: { readonly head: string; readonly text: (line: PerplexityLine) => string } | null
}

/** Text and unit have a column, unless all that is known is that it is a perplexity. */
export function perplexityBlocks(rows: readonly TextRow[]): RootContent[] {
  const isNamed = rows.some(({ line }) => line.metric !== UNNAMED_PERPLEXITY)
  const text = (line: PerplexityLine) => `${benchmarkName(line.task, null)}, ${cardMetric(line).name}`
  return [textTable(rows, { head: 'Perplexity', measure: isNamed ? { head: 'Measure', text } : null })]
}

/** Bits per byte, by text. */
export function bitsPerByteBlocks(rows: readonly TextRow[]): RootContent[] {
  return [textTable(rows, { head: 'Bits per byte', measure: { head: 'Text', text: ({ task }) => benchmarkName(task, null) } })]
}

/** The original's figure before those of its models, once for models that were scored on the same items. */
function textTable(rows: readonly TextRow[], { head, measure }: TextTable): RootContent {
  const areMeasured = rows.some(({ extent }) => extent.itemCount !== null)
  const isSeveral = new Set(rows.map(({ model }) => model)).size > 1
  const key = ({ line, extent }: TextRow) => JSON.stringify([line.task, line.metric, itemsText(extent), line.original.value])
  const body = groupsOf(rows, key).flatMap((alike) => {
    const [{ line, extent, model }] = alike as [TextRow]
    const lead = (name: string) => [name, ...(measure ? [measure.text(line)] : []), ...(areMeasured ? [itemsText(extent, '')] : [])]
    return [
      [...lead(`Original (${model.comparison.original.label})`), figure(line.original.value, cardMetric(line).digits), '1.00×'],
      ...alike.map(({ cell, model: own }) => [
        ...lead(isSeveral ? own.label : `${variantWord(own)} (${own.label})`),
        figure(cell.score.value, cardMetric(line).digits),
        `${figure(cell.ratio, 2)}×${ratioInterval(cell.ratioInterval)}`,
      ]),
    ]
  })
  return table([['Model', ...(measure ? [measure.head] : []), ...(areMeasured ? ['Items'] : []), head, 'Ratio'], ...body])
}

function ratioInterval(interval: Interval | null): string {
  return interval && interval.every((bound) => Number.isFinite(bound)) ? ` [${interval.map((bound) => figure(bound, 2)).join(', ')}]` : ''
}

/** With this many digits after the point; in powers of ten if those would show nothing, or far too many. */
function figure(value: number, digits: number): string {
  const isPlain = value === 0 || (Math.abs(value) < 1e9 && Math.abs(value) >= 10 ** -digits)
  return isPlain ? value.toFixed(digits) : value.toExponential(2)
}
