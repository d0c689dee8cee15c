/** A layer map for the terminal: a line a layer, untouched neighbors on one, and the conclusion in words. */
import Table from 'cli-table3'
import { ROUNDING_DISTANCE } from '../../prune/layer-origin.ts'
import type { LayerMap, MappedLayer, MappedOther } from '../../prune/map-layers.ts'
import { spansText, spanText, sumText } from '../../prune/layer-sum.ts'

/** Lines of text without color. */
export function layerMapTable(map: LayerMap): string {
  if (map.mismatch !== null) return `not made from this base: ${map.mismatch}`
  const table = new Table({
    head: ['layers', 'norms of', 'projections of', 'how', 'cosine', 'off by'],
    colAligns: ['left', 'left', 'left', 'left', 'right', 'right'],
    style: { head: [], border: [], compact: true },
  })
  for (const { first, last } of runsOf(map.layers)) {
    const projections = first.kind === 'unrelated' ? '–' : first.kind === 'own' ? spanText(first.norms, last.norms) : sumText(first.sum)
    const members = map.layers.slice(first.layer, last.layer + 1)
    const lowestCosine = Math.min(...members.flatMap(({ tensors }) => tensors.map(({ cosine }) => cosine)))
    table.push([
      spanText(first.layer, last.layer),
      spanText(first.norms, last.norms),
      projections,
      howText(first),
      lowestCosine.toFixed(4),
      first.kind === 'unrelated' ? '–' : distanceText(Math.max(...members.map(({ distance }) => distance))),
    ])
  }
  return [table.toString(), ...map.others.map(otherLine), verdictText(map)].join('\n')
}

/** Adjacent layers share a line if all are unchanged or all are changed. */
function runsOf(layers: readonly MappedLayer[]): { first: MappedLayer; last: MappedLayer }[] {
  const runs: { first: MappedLayer; last: MappedLayer }[] = []
  for (const layer of layers) {
    const run = runs.at(-1)
    const isNext = run && layer.norms === run.last.norms + 1 && layer.kind === run.last.kind && layer.isExact === run.last.isExact
    if (isNext && (layer.kind === 'own' || layer.kind === 'unrelated')) run.last = layer
    else runs.push({ first: layer, last: layer })
  }
  return runs
}

function howText({ kind, isExact, distance, merged }: MappedLayer): string {
  const group = spansText(merged)
  switch (kind) {
    case 'own':
      return isExact ? 'untouched' : 'changed'
    case 'telescope':
      return `telescope of ${group}${!isExact && distance <= ROUNDING_DISTANCE ? ', in bfloat16' : ''}`
    case 'paper':
    case 'mean':
      return `${kind} of ${group}`
    case 'sum':
      return 'another mixture'
    case 'unrelated':
      return 'unrelated'
  }
}

function distanceText(distance: number): string {
  return distance === 0 ? '0' : `${Number((distance * 100).toPrecision(2))} %`
}

function otherLine({ name, state, distance }: MappedOther): string {
  const off = distance === null || distance === 0 ? '' : `, off by ${distanceText(distance)}`
  return `${name}: ${state}${off}`
}

/** The conclusion in a sentence or two. */
export function verdictText({ verdict, layers, baseLayerCount }: LayerMap): string {
  const { parent, method, dropped, isDrifted } = verdict
  if (parent === 'another model') return 'The parent is another model: its layers are not made of this base.'
  const count = `${layers.length} of ${baseLayerCount} layers`
  const merges = layers.filter(({ kind }) => kind !== 'own').map(({ merged }) => spansText(merged))
  const sentences = {
    identical: `The layers are the base's, byte for byte.`,
    'same layers': `All ${baseLayerCount} layers are there, with other weights: trained further, or rounded.`,
    drop: `A plain drop: ${count}, without ${spansText(dropped)}.`,
    telescope: `Layer collapse by the rule telescope: ${count}, merged ${merges.join(' and ')}.`,
    paper: `Layer collapse by the paper's rule: ${count}, merged ${merges.join(' and ')}.`,
    mean: `Layer collapse by means: ${count}, merged ${merges.join(' and ')}.`,
    rearranged: `Made of this base's layers, ${layers.length} from ${baseLayerCount}, in a way that is neither a drop nor a layer collapse.`,
    unknown: `Some layers are this base's, and some are not.`,
  }
  const alsoDropped = method !== 'drop' && dropped.length > 0 ? ` Nothing is left of ${spansText(dropped)}.` : ''
  return `${sentences[method]}${alsoDropped}${isDrifted && method !== 'same layers' ? ' Weights have changed since.' : ''}`
}
