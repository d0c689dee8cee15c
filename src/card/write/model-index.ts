/** The model-index of a card's front matter, as the hub reads it (hub-docs `modelcard.md`). */
import { isDeepStrictEqual } from 'node:util'
import { isNode, isSeq, Document, type Node } from 'yaml'
import { z } from 'zod'
import { metricOf } from '../../metrics/registry.ts'
import { countText, type CardContents, type CardModel } from './card-contents.ts'
import { cardFigures, isSameTask, taskOf, type BenchmarkRow } from '../read/card-figures.ts'
import { benchmarkName } from './card-sections.ts'
import type { Card } from '../read/read-card.ts'
import type { RowExtent } from './row-extent.ts'

const indexedModel = z.looseObject({
  name: z.string().optional(),
  results: z.array(
    z.looseObject({
      dataset: z.looseObject({ type: z.string().optional(), name: z.string().optional(), config: z.string().nullish() }).optional(),
      metrics: z.array(z.looseObject({ value: z.unknown() })).optional(),
    }),
  ),
})
type IndexedModel = z.infer<typeof indexedModel>
type IndexedResult = IndexedModel['results'][number]

/** The models' names in the index: those that it has, where it has them. */
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

/** Whether an index's dataset is the benchmark of a row. A configuration of its own is another benchmark than its repository. */
export function isOfDataset(row: Pick<BenchmarkRow, 'name' | 'task'>, dataset: IndexedResult['dataset']): boolean {
  const { name, type, config } = dataset ?? {}
  const isWholeRepository = config == null || ['all', 'default'].includes(config) || isSameTask(row, config)
  return [name, config, isWholeRepository ? type : undefined].some((text) => text != null && isSameTask(row, text))
}

/** The YAML of the key `model-index`. What the old index says of other models and of other datasets stays, comments included. */
export function modelIndexYaml(card: Card, contents: CardContents, names: readonly string[]): string {
  const known = knownIndex(card)
  const nodes = indexNodes(card)
  const isPlain = nodes.length !== known.length
  const rest = known.flatMap((entry, index) => (names.includes(entry.name ?? '') ? [] : [isPlain ? entry : nodes[index]!]))
  const own = contents.models.map((model, index) => {
    const at = known.findIndex(({ name }) => name === names[index])
    return modelEntry(model, names[index]!, known[at], isPlain ? undefined : nodes[at])
  })
  const isFirst = known.length > 0 && names.includes(known[0]!.name ?? '')
  return indexText(isFirst || known.length === 0 ? [...own, ...rest] : [...rest, ...own])
}

/** Written so that readers of YAML 1.1, which the hub's Python library is, see the same: `no` and dates are quoted. */
function indexText(entries: readonly unknown[]): string {
  const text = (list: readonly unknown[]) => {
    const document = new Document({}, { compat: 'yaml-1.1' })
    document.contents = document.createNode({ 'model-index': list }) as typeof document.contents
    return document.toString()
  }
  try {
    return text(entries)
  } catch {
    // A kept entry uses an anchor of the old text.
    return text(entries.map((entry) => (isNode(entry) ? plain(entry) : entry)))
  }
}

function plain(node: Node): unknown {
  return node.toJS(new Document())
}

function modelEntry({ comparison, extents }: CardModel, name: string, known: IndexedModel | undefined, node: Node | undefined): object {
  const lines = [...comparison.accuracies, ...comparison.perplexities].filter(({ cells }) => cells[0])
  const tasks = [...new Set(lines.map(({ task }) => task))]
  const written = tasks.map((task) => resultOf(task, comparison, extents.get(task)!))
  const isWritten = ({ dataset }: IndexedResult) =>
    tasks.some(
      (task) => isOfDataset({ name: benchmarkName(task, null), task: taskOf(task) }, dataset) || isOfDataset({ name: task, task: taskOf(task) }, dataset),
    )
  const resultNodes = node && resultsOf(node)
  const others = known?.results.flatMap((result, index) => (isWritten(result) ? [] : [resultNodes?.[index] ?? result])) ?? []
  const { name: _, results: __, ...rest } = known ?? { results: [] }
  return { name, ...rest, results: [...written, ...others] }
}

/** What the model-index calls a metric. */
function indexed(name: string): readonly [type: string, name: string] {
  const metric = metricOf(name)
  return metric.comparedAs === null ? [name, name] : [metric.card.type, metric.card.name]
}

/** A task's result: its rows on the hub, its shots, and how many items of a part. */
function resultOf(task: string, { accuracies, perplexities }: CardModel['comparison'], extent: RowExtent): object {
  const { dataset, itemCount, limit, reasons } = extent
  const [accuracy] = accuracies.filter((line) => line.task === task && line.cells[0])
  const shotCount = accuracy?.shotCount ?? extent.shotCount
  const args = {
    ...(shotCount !== null && { num_few_shot: shotCount }),
    ...(itemCount !== null && { num_items: itemCount }),
    ...(limit !== null && { limit }),
  }
  const details = [...(shotCount && accuracy ? [`${shotCount}-shot`] : []), ...(reasons.length > 0 ? [countText(extent)] : [])]
  const suffix = details.length > 0 ? ` (${details.join(', ')})` : ''
  const metric = (type: string, name: string, value: number) => ({ type, value, name: `${name}${suffix}` })
  return {
    task: { type: 'text-generation', name: 'Text Generation' },
    dataset: {
      name: benchmarkName(task, null),
      type: dataset?.id ?? task,
      ...(dataset?.config != null && { config: dataset.config }),
      ...(dataset?.split != null && { split: dataset.split }),
      ...(dataset?.revision != null && { revision: dataset.revision }),
      ...(Object.keys(args).length > 0 && { args }),
    },
    metrics: [
      ...accuracies.flatMap(({ task: own, metric: id, cells: [cell] }) => {
        return own === task && cell ? [metric(...indexed(id), Number((cell.score.value * 100).toFixed(2)))] : []
      }),
      ...perplexities.flatMap(({ task: own, metric: id, cells: [cell] }) =>
        own === task && cell ? [metric(...indexed(id), roundedPerplexity(cell.score.value))] : [],
      ),
    ],
  }
}

/** Finer than the tables print it. */
function roundedPerplexity(value: number): number {
  return Number(Math.abs(value) >= 0.01 && Math.abs(value) < 1e9 ? value.toFixed(4) : value.toPrecision(6))
}

/** The models of the old index that are lists of results; what is otherwise is replaced. */
function knownIndex({ frontMatter }: Card): readonly IndexedModel[] {
  const checked = z.looseObject({ 'model-index': z.array(indexedModel) }).safeParse(frontMatter?.content)
  return checked.success ? checked.data['model-index'] : []
}

/** The same as nodes, which have their comments; empty where they are not plain lists. */
function indexNodes({ frontMatter }: Card): readonly Node[] {
  const index = frontMatter?.document.get('model-index', true)
  return isSeq(index) && index.items.every((item) => isNode(item)) ? index.items : []
}

function resultsOf(node: Node): readonly Node[] | undefined {
  const results = (node as { get?: (key: string, keep: boolean) => unknown }).get?.('results', true)
  return isSeq(results) && results.items.every((item) => isNode(item)) ? results.items : undefined
}

/** Whether two texts of front matter differ in these keys at most. */
export function differOnlyIn(before: Record<string, unknown>, after: Record<string, unknown>, keys: readonly string[]): boolean {
  const others = (content: Record<string, unknown>) => Object.fromEntries(Object.entries(content).filter(([key]) => !keys.includes(key)))
  return isDeepStrictEqual(others(before), others(after))
}
