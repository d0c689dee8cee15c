/** The model-index of a card's front matter, as the hub reads it (hub-docs `modelcard.md`). */
import { isNode, isSeq, type Node } from 'yaml'
import { z } from 'zod'
import { isSameTask } from './benchmark-name.ts'
import type { Card } from './read-card.ts'

const indexedModel = z.looseObject({
  name: z.string().optional(),
  results: z.array(
    z.looseObject({
      dataset: z.looseObject({ type: z.string().optional(), name: z.string().optional(), config: z.string().nullish() }).optional(),
      metrics: z.array(z.looseObject({ value: z.unknown() })).optional(),
    }),
  ),
})
/** A model of the index. */
export type IndexedModel = z.infer<typeof indexedModel>
/** What it has of one dataset. */
export type IndexedResult = IndexedModel['results'][number]

/** The models of the index; empty if it is not a list of models with results. */
export function knownIndex({ frontMatter }: Card): readonly IndexedModel[] {
  const checked = z.looseObject({ 'model-index': z.array(indexedModel) }).safeParse(frontMatter?.content)
  return checked.success ? checked.data['model-index'] : []
}

/** The same models as YAML nodes, which keep comments; empty if they are not plain lists. */
export function indexNodes({ frontMatter }: Card): readonly Node[] {
  const index = frontMatter?.document.get('model-index', true)
  return isSeq(index) && index.items.every((item) => isNode(item)) ? index.items : []
}

/** A model's results as YAML nodes; undefined if they are not a plain list. */
export function resultNodes(node: Node): readonly Node[] | undefined {
  const results = (node as { get?: (key: string, keep: boolean) => unknown }).get?.('results', true)
  return isSeq(results) && results.items.every((item) => isNode(item)) ? results.items : undefined
}

/** Whether an index's dataset is the benchmark of a row. A configuration of its own is another benchmark than its repository. */
export function isOfDataset(row: { readonly name: string; readonly task: string }, dataset: IndexedResult['dataset']): boolean {
  const { name, type, config } = dataset ?? {}
  const isWholeRepository = config == null || ['all', 'default'].includes(config) || isSameTask(row, config)
  return [name, config, isWholeRepository ? type : undefined].some((text) => text != null && isSameTask(row, text))
}
