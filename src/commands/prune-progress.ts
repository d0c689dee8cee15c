/** Pruning's events on standard error: progress, and a line for each decision. */
import type { Iteration } from '../prune/laco.ts'
import type { PruneEvent } from '../prune/prune.ts'
import { progressOf } from './progress.ts'
import { scanProgress } from './scan-progress.ts'
import type { Terminal } from './terminal.ts'

/** Receives the events of pruning. `close` ends the progress after an error. `threshold` is that of the search. */
export function pruneProgress(terminal: Terminal, threshold: number): { readonly onEvent: (event: PruneEvent) => void; readonly close: () => void } {
  const progress = progressOf(terminal)
  const choosing = scanProgress(terminal, progress)
  let pass = 'the original'
  const onEvent = (event: PruneEvent) => {
    switch (event.kind) {
      case 'notice':
      case 'started':
      case 'scored':
      case 'layer-run':
        choosing.onEvent(event)
        break
      case 'layer-computed':
        if (event.layersDone === 0) progress.start({ title: pass, total: event.layersInPass })
        else progress.update(event.layersDone)
        if (event.layersDone < event.layersInPass) break
        progress.stop()
        pass = 'iteration 1'
        break
      case 'merge-decided':
        terminal.err(iterationLine(event.iteration, threshold))
        pass = `iteration ${event.iteration.iteration + 1}`
        break
      case 'writing':
        progress.start({ title: 'writing', total: event.byteCount })
        break
      case 'bytes-written':
        progress.increment(event.byteCount)
    }
  }
  return { onEvent, close: () => progress.stop() }
}

/** `iteration 1: layers 25–27, similarity 0.9731 > 0.85: accepted, 34 layers`. */
function iterationLine({ iteration, base, followerCount, similarity, decision, layerCount }: Iteration, threshold: number): string {
  const group = followerCount === 0 ? `layer ${base}` : `layers ${base}–${base + followerCount}`
  const measured = similarity === null ? '' : `, similarity ${comparison(similarity, threshold)}`
  const outcome = {
    accepted: `accepted, ${layerCount} layers`,
    rejected: 'rejected',
    'nothing above': 'there is no layer above it to merge',
    'max compression': 'would remove more than --max-compression allows, so the search ends',
  }[decision]
  return `iteration ${iteration}: ${group}${measured}: ${outcome}`
}

function comparison(similarity: number, threshold: number): string {
  if (Number.isNaN(similarity)) return 'is not a number'
  return `${similarity.toFixed(4)} ${similarity > threshold ? '>' : '≤'} ${threshold}`
}
