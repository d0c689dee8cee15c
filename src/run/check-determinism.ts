/** Checks that log-likelihoods depend only on the model: scores some items a second time in other batches and compares. */
import { countTies, type ScoredItem } from '../task/score-items.ts'
import type { CorpusItem, Item } from '../task/request.ts'
import type { DeterminismRecord, RunRecord } from '../store/run-record.ts'
import { evaluateModel } from './evaluate-model.ts'
import type { EvaluateOptions } from './evaluate-options.ts'
import type { LoadedTask } from './loaded-task.ts'
import type { ModelSource } from './model-source.ts'
import type { EvaluationEvent } from './run-events.ts'

/** Tokens of a pass in the second scoring; the first one had the usual 1,024. */
const OTHER_BATCH_TOKENS = 384

/** A run that is scored again: its record, and how many of its items. */
export interface DeterminismCheck {
  readonly record: RunRecord
  readonly itemCount: number
  readonly model: ModelSource
  readonly loadedTasks: readonly LoadedTask[]
}

/**
 * Scores `itemCount` items of a run again, spread evenly over its tasks: in a new process, in batches of another size, with tasks
 * and items in reverse order, and without the response cache. Fails as `evaluateModel` does.
 */
export async function checkDeterminism(
  { record, itemCount, model, loadedTasks }: DeterminismCheck,
  { batchTokens, cache: _cache, encodings: _encodings, divergence: _divergence, onEvent = () => {}, ...options }: EvaluateOptions,
): Promise<DeterminismRecord> {
  const chosen = chooseItems(record, loadedTasks, itemCount)
  const otherTokens = batchTokens === undefined ? OTHER_BATCH_TOKENS : Math.max(1, Math.floor(batchTokens / 3))
  const isRepeated = repeatedNotices(record)
  const again = await evaluateModel(model, chosen, {
    ...options,
    batchTokens: otherTokens,
    onEvent: (event) => isRepeated(event) || onEvent(event),
  })
  const first = new Map(record.tasks.flatMap(({ name, items }) => items.map((item) => [`${name} ${item.item.docId}`, item] as const)))
  const pairs = again.tasks.flatMap(({ name, items }) => items.map((item) => [first.get(`${name} ${item.item.docId}`)!, item] as const))
  const ties = chosen.map(({ task, parts }) => {
    const names = new Set(parts.map(({ name }) => name))
    return countTies(
      task,
      pairs.flatMap(([before]) => (names.has(before.item.task) ? [before] : [])),
    )
  })
  return {
    itemCount: pairs.length,
    batchTokens: otherTokens,
    largestDifference: pairs.reduce((most, [before, after]) => Math.max(most, largestDifference(before, after)), 0),
    flipCount: pairs.filter(([before, after]) =>
      Object.entries(before.metrics).some(([metric, value]) => typeof value === 'number' && value !== after.metrics[metric]),
    ).length,
    tieCount: ties.flatMap((counts) => Object.values(counts)).reduce((sum, one) => sum + one, 0),
  }
}

/** Notices on the checkpoint and warnings of cut prompts, which the first scoring gave. */
function repeatedNotices({ model: { notices } }: RunRecord): (event: EvaluationEvent) => boolean {
  const given = new Set(notices)
  return (event) => event.kind === 'notice' && (given.has(event.message) || event.message.startsWith('warning: '))
}

/** The loaded tasks with every n-th of the scored items, all in reverse order; of a text in windows as many, from the first. */
function chooseItems(record: RunRecord, loadedTasks: readonly LoadedTask[], count: number): LoadedTask[] {
  const scored = record.tasks.flatMap(({ name, items }) => items.map(({ item }) => `${name} ${item.docId}`))
  const size = Math.min(count, scored.length)
  const chosen = new Set(Array.from({ length: size }, (_, index) => scored[Math.floor((index * scored.length) / size)]))
  return loadedTasks
    .map((loaded) => {
      const parts = loaded.parts.map((part) => {
        const items = part.items.flatMap((item): Item[] => {
          if (item.kind === 'corpus') return firstWindows(item, scored.filter((key) => key.startsWith(`${part.name} `) && chosen.has(key)).length)
          return chosen.has(`${part.name} ${item.docId}`) ? [item] : []
        })
        return { ...part, items: items.toReversed() }
      })
      return { ...loaded, parts: parts.filter(({ items }) => items.length > 0) }
    })
    .filter(({ parts }) => parts.length > 0)
    .toReversed()
}

function firstWindows(item: CorpusItem, count: number): CorpusItem[] {
  return count === 0 ? [] : [{ ...item, requests: [{ ...item.requests[0], mostWindows: count }] }]
}

function largestDifference(before: ScoredItem, after: ScoredItem): number {
  return Math.max(...before.logLikelihoods.map(({ logProb, tokenCount }, index) => Math.abs(logProb - after.logLikelihoods[index]!.logProb) / tokenCount))
}
