/** What is shown while a checkpoint is pruned: a bar on a terminal, and a line a decision everywhere. */
import { SingleBar } from 'cli-progress'
import type { PruningWatcher } from '../prune/prune-model.ts'
import type { Iteration } from '../prune/laco.ts'
import type { Terminal } from './terminal.ts'

/** A watcher that prints to standard error. `stop` takes a bar away that an error left standing. */
export function pruningWatcher({ err, errorStream }: Terminal, threshold: number): PruningWatcher & { readonly stop: () => void } {
  let bar: SingleBar | undefined
  let pass = 'the original'
  const stop = () => {
    bar?.stop()
    bar = undefined
  }
  const start = (label: string, total: number) => {
    if (!errorStream.isTTY) return
    const format = `${label} {bar} {percentage} %`
    bar = new SingleBar({ stream: errorStream, format, barsize: 20, hideCursor: true, clearOnComplete: true, gracefulExit: false, linewrap: false })
    bar.start(total, 0)
  }
  return {
    stop,
    onNotice: err,
    onLayer(layersDone, layersInPass) {
      if (layersDone === 0) start(pass, layersInPass)
      else bar?.update(layersDone)
      if (layersDone < layersInPass) return
      stop()
      pass = 'iteration 1'
    },
    onIteration(iteration) {
      err(iterationLine(iteration, threshold))
      pass = `iteration ${iteration.iteration + 1}`
    },
    onWrite: (bytes) => start('writing', bytes),
    onBytes: (count) => bar?.increment(count),
  }
}

/** `iteration 1: layers 25–27, similarity 0.9731 > 0.85: accepted, 34 layers`. */
function iterationLine({ iteration, base, followerCount, similarity, decision, layerCount }: Iteration, threshold: number): string {
  const group = followerCount === 0 ? `layer ${base}` : `layers ${base}–${base + followerCount}`
  return `iteration ${iteration}: ${group}${similarity === null ? '' : `, similarity ${comparison(similarity, threshold)}`}: ${
    {
      accepted: `accepted, ${layerCount} layers`,
      rejected: 'rejected',
      'nothing above': 'there is no layer above it to merge',
      'max compression': 'would remove more than --max-compression allows, so the search ends',
    }[decision]
  }`
}

function comparison(similarity: number, threshold: number): string {
  if (Number.isNaN(similarity)) return 'is not a number'
  return `${similarity.toFixed(4)} ${similarity > threshold ? '>' : '≤'} ${threshold}`
}
