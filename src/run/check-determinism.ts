/** Are the answers a matter of the model alone? Some items are scored again in other batches, and held against the first answers. */
import { evaluate, type Watcher } from './evaluate-model.ts'
import type { EvaluateOptions } from './evaluate-options.ts'
import type { ModelSource } from './model-source.ts'
import { countTies, type ScoredItem } from '../task/score-items.ts'
import type { DeterminismRecord, RunRecord } from '../store/run-record.ts'
import type { LoadedTask } from './load-task.ts'

/** Passes of the second time where the first ones were of the usual 1,024 tokens. */
const OTHER_BATCH_TOKENS = 384

/**
 * Scores `count` items of a run again, spread evenly over its tasks: in a new process, in batches of another size, tasks and items in reverse order, without
 * kept answers. Fails as `evaluate` does.
 */
export async function checkDeterminism(
  record: RunRecord,
  count: number,
  model: ModelSource,
  suites: readonly LoadedTask[],
  { batchTokens, cache: _cache, encodings: _encodings, ...options }: EvaluateOptions,
  watcher: Watcher,
): Promise<DeterminismRecord> {
  const chosen = chooseItems(record, suites, count)
  const otherTokens = batchTokens === undefined ? OTHER_BATCH_TOKENS : Math.max(1, Math.floor(batchTokens / 3))
  // What is to be said of the checkpoint and of cut prompts was said the first time.
  const said = new Set(record.model.notices)
  const onNotice = (notice: string) => {
    if (!said.has(notice) && !notice.startsWith('warning: ')) watcher.onNotice(notice)
  }
  const again = await evaluate(model, chosen, { ...options, batchTokens: otherTokens }, { ...watcher, onNotice })
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

/** The suites with only every so-manieth of the scored items, all in reverse. */
function chooseItems(record: RunRecord, suites: readonly LoadedTask[], count: number): LoadedTask[] {
  const scored = record.tasks.flatMap(({ name, items }) => items.map(({ item }) => `${name} ${item.docId}`))
  const size = Math.min(count, scored.length)
  const chosen = new Set(Array.from({ length: size }, (_, index) => scored[Math.floor((index * scored.length) / size)]))
  return suites
    .map((suite) => {
      const parts = suite.parts.map((part) => ({ ...part, items: part.items.filter(({ docId }) => chosen.has(`${part.name} ${docId}`)).toReversed() }))
      return { ...suite, parts: parts.filter(({ items }) => items.length > 0) }
    })
    .filter(({ parts }) => parts.length > 0)
    .toReversed()
}

function largestDifference(before: ScoredItem, after: ScoredItem): number {
  return Math.max(...before.answers.map(({ logProb, tokenCount }, index) => Math.abs(logProb - after.answers[index]!.logProb) / tokenCount))
}
