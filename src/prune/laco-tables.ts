/** Tables on a layer collapse, for the README of the pruned checkpoint and for `card write`. */
import type { RootContent } from 'mdast'
import type { LacoRecord, PruningRecord } from './pruning-record.ts'
import { paragraph, strongTable, table } from '../text/markdown.ts'

const percent = (share: number) => `${(share * 100).toFixed(1)}%`
const four = (value: number) => value.toFixed(4)

/** Summary of the model. `baseModel` is the name of the original, as a link or path for readers. */
export function summaryBlocks(record: PruningRecord, baseModel: string): RootContent[] {
  const { original, pruned, layers_removed: removed, layer_compression: share, parameter_compression: parameters } = record
  return [
    strongTable([
      ['Attribute', 'Value'],
      ['Base Model', baseModel],
      ['Pruning Method', record.method === 'laco' ? 'LaCo (Layer Collapse)' : 'Layer dropping'],
      ['Original Layers', String(original.layers)],
      ['Pruned Layers', String(pruned.layers)],
      ['Layers Removed', String(removed)],
      ['Compression', percent(share)],
      ['Parameters', `${shortCount(pruned.parameters)} (reduced from ${shortCount(original.parameters)}, ${percent(parameters)} fewer)`],
    ]),
  ]
}

/** Settings of the search. */
export function hyperparameterBlocks({ settings }: LacoRecord): RootContent[] {
  return [
    table([
      ['Parameter', 'Value', 'Description'],
      ['MERGE_LAYERS (C)', String(settings.merge_layers), 'Adjacent layers that become one'],
      ['LOWEST_LAY (L)', String(settings.lowest_layer), 'Lowest layer that may be the base of a group'],
      ['HIGHEST_LAY (H)', String(settings.highest_layer), 'One past the highest layer of the first group'],
      ['INTERVAL (I)', String(settings.interval), 'Layers that the pointer moves down after a merge'],
      ['THRESHOLD (T)', String(settings.threshold), 'A merge is accepted when the mean cosine is greater'],
      // The search depends on the exact share: 30.5 % is not 31 %.
      ['MAX_COMPRESSION', `${Number((settings.max_compression * 100).toPrecision(12))}%`, 'Largest share of the layers to remove'],
    ]),
  ]
}

/** Counts of the search. */
export function statisticsBlocks({ accepted, rejected, iterations, layer_compression: share }: LacoRecord): RootContent[] {
  return [
    table([
      ['Metric', 'Value'],
      ['Successful Merges', String(accepted)],
      ['Rejected Merges', String(rejected)],
      ['Total Iterations', String(iterations.length)],
      ['Final Compression', percent(share)],
    ]),
  ]
}

/** Similarity of the last hidden states to those of the original. */
export function similarityBlocks({ similarities }: LacoRecord): RootContent[] {
  return [
    table([
      ['Metric', 'Value'],
      ['Average', four(similarities.reduce((sum, value) => sum + value, 0) / similarities.length)],
      ['Min', four(Math.min(...similarities))],
      ['Max', four(Math.max(...similarities))],
    ]),
    paragraph(`Individual similarities: \`[${similarities.map(four).join(', ')}]\``),
  ]
}

function shortCount(count: number): string {
  return count >= 1e9 ? `${(count / 1e9).toFixed(2)}B` : `${(count / 1e6).toFixed(1)}M`
}
