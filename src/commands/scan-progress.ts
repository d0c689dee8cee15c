/** A layer scan's events on standard error: one bar for scoring, one for Block Influence, and notices. */
import type { OnEvent } from '../run/run-events.ts'
import type { ScanEvent } from '../prune/scan/scan-events.ts'
import { count, counted } from '../text/count.ts'
import { progressOf } from './progress.ts'
import type { Terminal } from './terminal.ts'

/** Receives the events of a scan. `close` ends the progress after an error. */
export interface ScanProgress {
  readonly onEvent: OnEvent<ScanEvent>
  readonly close: () => void
}

/** Prints a scan's events to a terminal. */
export function scanProgress(terminal: Terminal, progress = progressOf(terminal)): ScanProgress {
  const say = (line: string) => {
    progress.makeRoom()
    terminal.err(line)
  }
  let isMeasuring = false
  const onEvent = (event: ScanEvent) => {
    switch (event.kind) {
      case 'notice':
        say(event.message)
        break
      case 'started': {
        const { unitCount, passCount, layers } = event
        const work = `${count(layers.distinct)} layers instead of ${count(layers.asked)}, in ${counted(passCount, 'pass', 'passes')}`
        say(`the model and ${counted(unitCount, 'model')} without some of its layers: ${work}`)
        progress.start({ title: 'scoring', total: 1, announcement: 'scoring' })
        break
      }
      case 'scored':
        progress.update(event.doneShare)
        break
      case 'layer-run':
        if (!isMeasuring) progress.start({ title: 'Block Influence', total: event.layerCount, announcement: 'measuring Block Influence' })
        isMeasuring = true
        progress.update(event.layersDone)
    }
  }
  return { onEvent, close: () => progress.stop() }
}
