/** Flipped items: right in one model and wrong in the other. */
import type { StoredItem, StoredRun } from '../store/stored-run.ts'
import type { AccuracyLine } from './comparison.ts'
import { pairItems } from './pair-items.ts'

/** One choice of an item, with both models' log-likelihoods. */
export interface FlippedChoice {
  readonly text: string
  /** Natural logarithms. */
  readonly original: number
  readonly variant: number
}

/** An item whose outcome changed. */
export interface FlippedItem {
  /** The task or subset. */
  readonly task: string
  readonly docId: number
  /** Label of the variant. */
  readonly variant: string
  readonly direction: 'lost' | 'gained'
  readonly context: string
  readonly choices: readonly FlippedChoice[]
  /** The right answer, as it was stored: for choices its index. */
  readonly target: string
}

/** Flipped items of a line's task, in the order of their rows; none if a run has no items. */
export function flippedItems({ task, metric }: Pick<AccuracyLine, 'task' | 'metric'>, original: StoredRun, variant: StoredRun): FlippedItem[] {
  const names = original.groups.find(({ name }) => name === task)?.members ?? [task]
  return names.flatMap((name) => {
    const [a, b] = [original, variant].map((run) => run.tasks.find((entry) => entry.name === name)?.items ?? [])
    return pairItems(a!, b!).pairs.flatMap(([before, after]): FlippedItem[] => {
      const [was, is] = [before.values[metric], after.values[metric]]
      return was === is || typeof was !== 'number' || typeof is !== 'number' ? [] : [flip(name, variant.label, was > is ? 'lost' : 'gained', before, after)]
    })
  })
}

function flip(task: string, variant: string, direction: FlippedItem['direction'], before: StoredItem, after: StoredItem): FlippedItem {
  const choices = before.requests.map(({ continuation, logProb }, index) => ({
    text: continuation.trim(),
    original: logProb,
    variant: after.requests[index]?.logProb ?? NaN,
  }))
  return { task, docId: before.docId, variant, direction, context: before.requests[0]?.context ?? '', choices, target: before.target }
}
