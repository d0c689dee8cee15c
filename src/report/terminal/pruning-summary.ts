/** What `prune` says on the terminal: sizes before and after, and for a dry run the merges that would be tried or the layers that would go. */
import { count, counted } from '../../text/count.ts'
import Table from 'cli-table3'
import { spansText } from '../../prune/layer-sum.ts'
import type { DropPlan, DropSelection, LacoPlan, ModelSize, PruningRecord } from '../../prune/pruning-record.ts'
import { selectionText } from '../../prune/readme.ts'
import { byteSize } from '../../text/byte-size.ts'

/** Sizes, and for a search its outcome. */
export function pruningSummary(record: PruningRecord): string {
  const sizes = sizesText(record.original, record.pruned)
  if (record.method === 'drop') return record.selection ? `${sizes}\ndropped: ${layersText(record.dropped_layers, record.selection)}` : sizes
  const { accepted, rejected, iterations, stop_reason: stop, similarities } = record
  const mean = similarities.reduce((sum, value) => sum + value, 0) / similarities.length
  const bounds = `${Math.min(...similarities).toFixed(4)} to ${Math.max(...similarities).toFixed(4)}`
  return [
    sizes,
    `${counted(accepted, 'merge')}, ${rejected} rejected, ${counted(iterations.length, 'iteration')}, stopped by ${stop}`,
    `similarity of the last hidden states ${mean.toFixed(4)} (${bounds} over ${counted(similarities.length, 'sentence')})`,
  ].join('\n')
}

/** The merges of a search in which every one is accepted. */
export function lacoPlanText({ settings, calibration, original, merges, stopReason }: LacoPlan): string {
  const table = plainTable(['merge', 'layers', 'model', 'parameters', 'weights'], ['right', 'left', 'right', 'right', 'right'])
  table.push(['', '', `${original.layers} layers`, count(original.parameters), byteSize(original.bytes)])
  merges.forEach(({ base, followers, layers, parameters, bytes }, index) =>
    table.push([index + 1, `${base}–${base + followers}`, `${layers} layers`, count(parameters), byteSize(bytes)]),
  )
  return [
    table.toString(),
    `if every merge reaches a similarity above ${settings.threshold}; then ${stopReason} ends the search`,
    `calibration: ${counted(calibration.sentences, 'sentence')}${calibration.tokens === null ? '' : ` of ${counted(calibration.tokens, 'token')}`} (${calibration.source}); nothing was computed or written`,
  ].join('\n')
}

/** The layers that would be dropped, and the sizes. */
export function dropPlanText({ original, pruned, droppedLayers, selection }: DropPlan): string {
  return [sizesText(original, pruned), `would be dropped: ${layersText(droppedLayers, selection)}`, 'nothing was computed or written'].join('\n')
}

/** `layers 3, 5–7`, and how they were chosen. */
function layersText(layers: readonly number[], selection: DropSelection | undefined): string {
  return `layers ${spansText(layers)}${selection ? `. ${selectionText(selection)}` : ''}`
}

/** Layers, parameters and bytes before and after, with the shares removed. */
function sizesText(original: ModelSize, pruned: ModelSize): string {
  const table = plainTable(['', 'original', 'pruned', 'removed'], ['left', 'right', 'right', 'right'])
  const removed = (before: number, after: number) => `${(((before - after) / before) * 100).toFixed(1)} %`
  table.push(['layers', original.layers, pruned.layers, removed(original.layers, pruned.layers)])
  table.push(['parameters', count(original.parameters), count(pruned.parameters), removed(original.parameters, pruned.parameters)])
  table.push(['weights', byteSize(original.bytes), byteSize(pruned.bytes), removed(original.bytes, pruned.bytes)])
  return table.toString()
}

function plainTable(head: string[], colAligns: ('left' | 'right')[]): InstanceType<typeof Table> {
  return new Table({ head, colAligns, style: { head: [], border: [], compact: true } })
}
