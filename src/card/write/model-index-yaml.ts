/** Writes the model-index of a card's front matter. */
import { isNode, Document, type Node } from 'yaml'
import { metricOf } from '../../metrics/registry.ts'
import { taskOf } from '../read/benchmark-name.ts'
import { indexNodes, isOfDataset, knownIndex, resultNodes, type IndexedModel, type IndexedResult } from '../read/model-index.ts'
import type { Card } from '../read/read-card.ts'
import { benchmarkName } from './benchmark-title.ts'
import { countText, type CardContents, type CardModel } from './card-contents.ts'
import type { RowExtent } from './row-extent.ts'

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
    // An old entry uses an anchor that is defined elsewhere.
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
  const nodes = node && resultNodes(node)
  const others = known?.results.flatMap((result, index) => (isWritten(result) ? [] : [nodes?.[index] ?? result])) ?? []
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
