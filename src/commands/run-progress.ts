/** A run's events on standard error: progress, notices, and a line at the end of each model; with `--verbose` its work too. */
import { determinismSummary, modelSummary, taskWorkSummary, tieSummary, workSummary } from '../report/terminal/work-summary.ts'
import type { OnEvent, RunEvent } from '../run/run-events.ts'
import type { RunRecord } from '../store/run-record.ts'
import { count, counted } from '../text/count.ts'
import { progressOf } from './progress.ts'
import type { Terminal } from './terminal.ts'

/** Receives the events of a run. `close` ends the progress after an error. */
export interface RunProgress {
  readonly onEvent: OnEvent<RunEvent>
  readonly close: () => void
}

/** Prints a run's events to a terminal. */
export function runProgress(terminal: Terminal): RunProgress {
  const progress = progressOf(terminal)
  const isVerbose = terminal.verbosity === 'verbose'
  const say = (line: string) => {
    progress.makeRoom()
    terminal.err(line)
  }
  let tokens = 0
  let startedAt = 0
  const onEvent = (event: RunEvent) => {
    switch (event.kind) {
      case 'notice':
        say(event.model === null ? event.message : `${labelOf(event)}: ${event.message}`)
        break
      case 'loading':
        progress.start({ title: `${labelOf(event)}: loading`, total: null, announcement: `${labelOf(event)}: loading` })
        break
      case 'task-started': {
        tokens = 0
        startedAt = performance.now()
        const title = `${labelOf(event)} · ${event.task}`
        progress.start({ title, total: 1, announcement: `${title}: ${counted(event.requestCount, 'request')}` })
        break
      }
      case 'batch-scored':
        tokens += event.tokensComputed
        progress.update(event.doneShare, `${count(Math.round((tokens / (performance.now() - startedAt)) * 1000))} tokens/s`)
        break
      case 'task-scored':
        progress.stop()
        if (isVerbose) say(`${labelOf(event)} · ${event.work.task}: ${taskWorkSummary(event.work)}`)
        break
      case 'resumed':
        say(`resuming ${event.file}: ${event.models.map((one) => `--model ${one}`).join(' ')} --tasks ${event.tasks.join(',')}`)
        break
      case 'determinism-checked':
        say(`${event.model}: ${determinismSummary(event.determinism)}`)
        break
      case 'run-stored':
        for (const line of storedLines(event.record, event.resultsFile, isVerbose)) say(line)
    }
  }
  return { onEvent, close: () => progress.stop() }
}

function labelOf({ model, isRepeat }: { readonly model: string | null; readonly isRepeat: boolean }): string {
  return `${model}${isRepeat ? ', again' : ''}`
}

function storedLines(record: RunRecord, resultsFile: string, isVerbose: boolean): string[] {
  const { label } = record.model
  const work = isVerbose
    ? [
        ...workSummary(record.work)
          .split('\n')
          .map((line) => `${label}: ${line}`),
        ...tieSummary(record.tasks).map((line) => `${label} · ${line}`),
      ]
    : []
  return [...work, `${label}: ${modelSummary(record)} · ${endText(record)} ${resultsFile}`]
}

function endText({ isComplete, failure }: RunRecord): string {
  if (isComplete) return 'stored in'
  return `${failure ? 'incomplete' : 'interrupted'}; what was scored is in`
}
