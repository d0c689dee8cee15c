/** Flipped items: right in one model and wrong in the other. */
import { metricOf } from '../metrics/registry.ts'
import type { StoredItem, StoredRun } from '../store/stored-run.ts'
import { isSchema } from '../task/request.ts'
import type { AccuracyLine } from './comparison.ts'
import { pairItems } from './pair-items.ts'

/** One choice of an item, with both models' log-likelihoods. */
export interface FlippedChoice {
  readonly text: string
  /** Natural logarithms. */
  readonly original: number
  readonly variant: number
}

/** Whether both models are right by a metric, as the runs store it. */
export interface Outcome {
  readonly metric: string
  readonly original: boolean
  readonly variant: boolean
}

/** An item whose outcome changed. */
export interface FlippedItem {
  /** The task or subset. */
  readonly task: string
  /** The metric by which it flipped. */
  readonly metric: string
  /** By every accuracy of the item that both runs store; the one that flipped first. */
  readonly outcomes: readonly Outcome[]
  readonly docId: number
  /** Label of the variant. */
  readonly variant: string
  readonly direction: 'lost' | 'gained'
  readonly context: string
  readonly choices: readonly FlippedChoice[]
  /** The index of the right choice; for other items the right answer, as it was stored. */
  readonly target: string
}

/** Flipped items of a line's task, in the order of their rows; none if a run has no items. */
export function flippedItems({ task, metric }: Pick<AccuracyLine, 'task' | 'metric'>, original: StoredRun, variant: StoredRun): FlippedItem[] {
  const names = original.groups.find(({ name }) => name === task)?.members ?? [task]
  return names.flatMap((name) => {
    const [a, b] = [original, variant].map((run) => run.tasks.find((entry) => entry.name === name)?.items ?? [])
    return pairItems(a!, b!).pairs.flatMap(([before, after]): FlippedItem[] => {
      const [was, is] = [before.values[metric], after.values[metric]]
      if (was === is || typeof was !== 'number' || typeof is !== 'number') return []
      return [{ task: name, metric, variant: variant.label, direction: was > is ? 'lost' : 'gained', ...contentOf(metric, before, after) }]
    })
  })
}

function contentOf(metric: string, before: StoredItem, after: StoredItem): Pick<FlippedItem, 'docId' | 'context' | 'choices' | 'target' | 'outcomes'> {
  const { context, texts } = textsOf(before)
  const choices = before.requests.map(({ logProb }, index) => ({ text: texts[index]!, original: logProb, variant: after.requests[index]?.logProb ?? NaN }))
  const outcomes = outcomesOf(metric, before, after)
  // The target of a schema is its continuation; the right context is the one that the model which is right prefers.
  const target = isSchema(before.requests)
    ? String(indexOfBest(choices.map((choice) => (outcomes[0]?.original ? choice.original : choice.variant))))
    : before.target
  return { docId: before.docId, context, choices, target, outcomes }
}

/** What all choices share, and what is different in each: their continuations, or the ends of their contexts. */
function textsOf({ requests }: StoredItem): { readonly context: string; readonly texts: readonly string[] } {
  const first = requests[0]?.context ?? ''
  if (!isSchema(requests)) return { context: first, texts: requests.map(({ continuation }) => continuation.trim()) }
  const shared = Math.min(...requests.map(({ context }) => sharedLength(first, context)))
  const start = first.lastIndexOf(' ', shared - 1) + 1
  return { context: `${first.slice(0, start)}_${requests[0]!.continuation}`, texts: requests.map(({ context }) => context.slice(start)) }
}

function sharedLength(a: string, b: string): number {
  let length = 0
  while (length < a.length && a[length] === b[length]) length++
  return length
}

function indexOfBest(values: readonly number[]): number {
  return values.indexOf(Math.max(...values))
}

function outcomesOf(metric: string, before: StoredItem, after: StoredItem): Outcome[] {
  const names = [metric, ...Object.keys(before.values).filter((name) => name !== metric && metricOf(name).comparedAs === 'accuracy')]
  return names.flatMap((name): Outcome[] => {
    const [original, variant] = [before.values[name], after.values[name]]
    return typeof original === 'number' && typeof variant === 'number' ? [{ metric: name, original: original === 1, variant: variant === 1 }] : []
  })
}
