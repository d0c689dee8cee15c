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
  /** The tasks in progress, by their models: several if models are computed together. The bar shows the first. */
  const running = new Map<string, RunningTask>()
  const show = ({ title }: RunningTask, announcement?: string) => progress.start({ title, total: 1, ...(announcement !== undefined && { announcement }) })
  const onEvent = (event: RunEvent) => {
    switch (event.kind) {
      case 'notice':
        say(event.model === null ? event.message : `${labelOf(event)}: ${event.message}`)
        break
      case 'loading':
        progress.start({ title: `${labelOf(event)}: loading`, total: null, announcement: `${labelOf(event)}: loading` })
        break
      case 'task-started': {
        const title = `${labelOf(event)} · ${event.task}`
        const task = { title, tokens: 0, startedAt: performance.now() }
        running.set(labelOf(event), task)
        const announcement = `${title}: ${counted(event.requestCount, 'request')}`
        if (running.size === 1) show(task, announcement)
        else progress.announce(announcement)
        break
      }
      case 'batch-scored': {
        const task = running.get(labelOf(event))!
        task.tokens += event.tokensComputed
        const rate = `${count(Math.round((task.tokens / (performance.now() - task.startedAt)) * 1000))} tokens/s`
        if (running.values().next().value === task) progress.update(event.doneShare, rate)
        break
      }
      case 'task-scored': {
        running.delete(labelOf(event))
        progress.stop()
        const [next] = running.values()
        if (next) show(next)
        if (isVerbose) say(`${labelOf(event)} · ${event.work.task}: ${taskWorkSummary(event.work)}`)
        break
      }
      case 'resumed':
        say(`resuming ${event.file}: ${event.models.map((one) => `--model ${one}`).join(' ')} ${['--tasks', event.tasks.join(','), ...event.others].join(' ')}`)
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

interface RunningTask {
  readonly title: string
  tokens: number
  readonly startedAt: number
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
