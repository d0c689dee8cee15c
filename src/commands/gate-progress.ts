/** A gate's events on standard error: how the bounds of each rule close in on its limit. */
import type { GateEvent } from '../gate/sequential/gate-events.ts'
import type { GatePlan } from '../gate/sequential/plan-gate.ts'
import { limitText, sentence } from '../gate/summary.ts'
import type { OnEvent } from '../run/run-events.ts'
import { scoringSummary } from '../report/terminal/work-summary.ts'
import { sourceLines } from '../store/source-lines.ts'
import { count, counted } from '../text/count.ts'
import { progressOf } from './progress.ts'
import type { Terminal } from './terminal.ts'

/** Receives the events of a gate. `close` ends the progress after an error. */
export interface GateProgress {
  readonly onEvent: OnEvent<GateEvent>
  readonly close: () => void
}

/** Prints a gate's events to a terminal. */
export function gateProgress(terminal: Terminal): GateProgress {
  const progress = progressOf(terminal)
  const say = (line: string) => {
    progress.makeRoom()
    terminal.err(line)
  }
  const told = new Map<string, string>()
  const onEvent = (event: GateEvent) => {
    switch (event.kind) {
      case 'baseline-read':
        for (const line of sourceLines(event.baseline)) say(line)
        break
      case 'notice':
        say(event.model === null ? event.message : `${event.model}: ${event.message}`)
        break
      case 'resumed':
        progress.stop()
        say(`continues an unfinished gate: ${counted(event.itemCount, 'item')} scored before, from ${event.file}`)
        break
      case 'loading':
        progress.start({ title: `${event.model}: loading`, total: null, announcement: `${event.model}: loading` })
        break
      case 'task-started':
        progress.start({ title: `${event.model} · ${event.task}`, total: 1 })
        break
      case 'batch-scored':
        progress.update(event.doneShare)
        break
      case 'task-scored':
        progress.stop()
        break
      case 'block-judged':
        progress.stop()
        for (const rule of event.rules) {
          const line = `${event.task}, ${limitText(rule)}: ${rule.verdict === 'undecided' ? '' : `${rule.verdict}, `}${sentence(rule)}`
          // A rule that is decided waits for the others of its task.
          if (told.get(`${event.task} ${rule.kind}`) !== line) say(line)
          told.set(`${event.task} ${rule.kind}`, line)
        }
        break
      case 'record-stored':
        say(`${event.model}: ${scoringSummary(event)} · order, scores and bounds: ${event.file}`)
    }
  }
  return { onEvent, close: () => progress.stop() }
}

/** What drawing costs, as text: a line for each task, and the tokens after each of its blocks. */
export function gatePlanText(plans: readonly GatePlan[]): string {
  return plans.map(planLine).join('\n')
}

function planLine({ task, itemCount, tokensAtOnce, blocks }: GatePlan): string {
  const parts = blocks.map(({ items, tokens }) => `${count(tokens)} for ${count(items)}`)
  const all = blocks.at(-1)
  const more = all?.items === itemCount ? `; random order costs ${((all.tokens / tokensAtOnce - 1) * 100).toFixed(1)} % more than all at once` : ''
  return `${task}: ${count(itemCount)} items, ${count(tokensAtOnce)} tokens at once; tokens in random order: ${parts.join(', ')}${more}`
}
