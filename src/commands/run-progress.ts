/** A run's events on standard error: a bar with rate and time left on a terminal, and lines everywhere. */
import { determinismSummary, taskWorkSummary, tieSummary, workSummary } from '../report/terminal/work-summary.ts'
import type { OnEvent, RunEvent } from '../run/run-events.ts'
import type { RunRecord } from '../store/run-record.ts'
import { count } from '../text/count.ts'
import { duration } from '../text/duration.ts'
import { progressBar } from './progress-bar.ts'
import type { Terminal } from './terminal.ts'

/** Receives the events of a run. `close` removes the bar after an error. */
export interface RunProgress {
  readonly onEvent: OnEvent<RunEvent>
  readonly close: () => void
}

/** Prints a run's events to a terminal. */
export function runProgress(terminal: Terminal): RunProgress {
  const { err } = terminal
  const bar = progressBar(terminal)
  let tokens = 0
  let startedAt = 0
  const onEvent = (event: RunEvent) => {
    switch (event.kind) {
      case 'notice':
        bar.makeRoom()
        err(event.model === null ? event.message : `${labelOf(event)}: ${event.message}`)
        break
      case 'task-started':
        tokens = 0
        startedAt = performance.now()
        bar.start(`${labelOf(event)} · ${event.task} {bar} {percentage} % · {rate} tokens/s · {left} left`, 1, { rate: '–', left: '–' })
        break
      case 'batch-scored': {
        tokens += event.tokensComputed
        const seconds = (performance.now() - startedAt) / 1000
        const rate = count(Math.round(tokens / seconds))
        bar.update(event.doneShare, { rate, left: duration(seconds / event.doneShare - seconds) })
        break
      }
      case 'task-scored':
        bar.stop()
        err(`${labelOf(event)} · ${event.work.task}: ${taskWorkSummary(event.work)}`)
        break
      case 'resumed':
        err(`resuming ${event.file}: ${event.models.map((one) => `--model ${one}`).join(' ')} --tasks ${event.tasks.join(',')}`)
        break
      case 'determinism-checked':
        err(`${event.model}: ${determinismSummary(event.determinism)}`)
        break
      case 'run-stored':
        for (const line of storedLines(event.record, event.resultsFile)) err(line)
    }
  }
  return { onEvent, close: () => bar.stop() }
}

function labelOf({ model, isRepeat }: { readonly model: string | null; readonly isRepeat: boolean }): string {
  return `${model}${isRepeat ? ', again' : ''}`
}

function storedLines(record: RunRecord, resultsFile: string): string[] {
  const { label } = record.model
  return [
    ...workSummary(record.work)
      .split('\n')
      .map((line) => `${label}: ${line}`),
    ...tieSummary(record.tasks).map((line) => `${label} · ${line}`),
    `${label}: ${endText(record)} ${resultsFile}`,
  ]
}

function endText({ isComplete, failure }: RunRecord): string {
  if (isComplete) return 'stored in'
  return `${failure ? 'incomplete' : 'interrupted'}; what was scored is in`
}
