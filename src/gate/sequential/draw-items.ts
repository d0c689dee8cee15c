/** Scores items in the order of drawing, block by block, until the rules are decided. */
import type { EngineError } from '../../errors.ts'
import type { ItemValue } from '../../metrics/metric.ts'
import type { BlockScorer } from '../../run/block-scorer.ts'
import type { LoadedTask } from '../../run/loaded-task.ts'
import type { TaskWork } from '../../store/work-record.ts'
import type { ScoredItem } from '../../task/score-items.ts'
import type { JudgedRule } from '../judge-comparison.ts'
import { nextBlock } from './drawing.ts'
import { itemName, type Population } from './population.ts'
import { judgeTrack, valueName, valueOf, whyIncomparable, type RuleTrack } from './rule-track.ts'
import type { RuledPopulation } from './ruled-population.ts'
import type { KnownScores, RuleValues, UnfinishedGate } from './unfinished-gate.ts'

/** When to stop, beside the verdicts. */
export interface DrawingLimits {
  /** Most items of each task or group; all when absent. */
  readonly maxItems?: number | undefined
  /** Draws all items, whatever is decided before. */
  readonly isFull: boolean
  readonly signal?: AbortSignal | undefined
}

/** What is known after a block. */
export interface BlockVerdicts {
  readonly task: string
  readonly drawn: number
  readonly itemCount: number
  readonly rules: readonly JudgedRule[]
}

/** The scored items: of an interrupted block they need not be the next ones. */
export interface DrawnItems extends KnownScores {
  /** Items whose values come from an earlier, interrupted gate. */
  readonly resumedCount: number
  readonly work: readonly TaskWork[]
  /** Why drawing ended although it was not cancelled. */
  readonly failure: EngineError | undefined
}

/** With what to draw. */
export interface DrawingTools {
  /** With every item of the populations. */
  readonly loadedTasks: readonly LoadedTask[]
  readonly scorer: BlockScorer
  readonly limits: DrawingLimits
  /** Holds what is known, from an earlier gate and for a later one. */
  readonly unfinished: Pick<UnfinishedGate, 'earlier' | 'keep'>
  readonly onBlock: (verdicts: BlockVerdicts) => void
}

/** Draws and scores. At least one block is scored. Fails as `BlockScorer.score` and `UnfinishedGate.keep` do. */
export async function drawItems(
  ruled: readonly RuledPopulation[],
  { loadedTasks, scorer, limits, unfinished: { earlier, keep }, onBlock }: DrawingTools,
): Promise<DrawnItems> {
  const scored = new Map<string, RuleValues>()
  const work: TaskWork[] = []
  const cutRequests = new Map(earlier.cutRequests)
  let resumedCount = 0
  let failure: EngineError | undefined
  // A rule that no candidate can keep or break needs no item.
  let open = ruled.filter(({ tracks }) => limits.isFull || tracks.some((track) => whyIncomparable(track) === null))
  while (open.length > 0) {
    const next = [...new Set(open.flatMap(({ population }) => nextItems(population, scored, limits)))]
    // The blocks are those of an uninterrupted gate, so what is drawn and decided is the same.
    const isKnown = (name: string) => earlier.scored.has(name)
    for (const name of next.filter(isKnown)) scored.set(name, earlier.scored.get(name)!)
    resumedCount += next.filter(isKnown).length
    const missing = new Set(next.filter((name) => !isKnown(name)))
    const knownCount = scored.size
    for (const block of blocksOf(loadedTasks, missing)) {
      if (limits.signal?.aborted || failure) break
      const result = await scorer.score(block)
      for (const [index, item] of result.items.entries()) {
        const name = itemName(item.item.task, item.item.docId)
        scored.set(name, valuesOf(item, ruled))
        const cutCount = result.cutRequestCounts[index]!
        if (cutCount > 0) cutRequests.set(name, cutCount)
      }
      work.push(...result.work)
      failure = result.failure
    }
    if (scored.size > knownCount) await keep({ scored: new Map([...earlier.scored, ...scored]), cutRequests })
    const verdicts = open.map((one) => verdictsOf(one, scored))
    verdicts.forEach(onBlock)
    if (limits.signal?.aborted || failure) break
    open = open.filter((_, index) => needsMore(verdicts[index]!, limits))
  }
  return { scored, resumedCount, work, cutRequests, failure }
}

/** What an item gives to the rules that it has values for. */
function valuesOf(item: ScoredItem, ruled: readonly RuledPopulation[]): RuleValues {
  const requests = ruled.flatMap(({ tracks }) => tracks.map(({ request }) => request))
  return Object.fromEntries(
    requests.flatMap((request) => {
      const value = valueOf(request, item)
      return value === undefined ? [] : [[valueName(request), value] as const]
    }),
  )
}

/** The candidate's values for a rule: of the first items in the order of drawing, up to one without scores. */
export function drawnValues({ drawn }: Population, { request }: RuleTrack, scored: DrawnItems['scored']): ItemValue[] {
  const values: ItemValue[] = []
  for (const { part, item } of drawn) {
    const value = scored.get(itemName(part, item.docId))?.[valueName(request)]
    if (value === undefined) break
    values.push(value)
  }
  return values
}

/** How many of the first items in the order of drawing have scores. */
export function drawnCount({ drawn }: Population, scored: DrawnItems['scored']): number {
  const missing = drawn.findIndex(({ part, item }) => !scored.has(itemName(part, item.docId)))
  return missing === -1 ? drawn.length : missing
}

function nextItems(population: Population, scored: DrawnItems['scored'], { maxItems = Infinity }: DrawingLimits): string[] {
  const { drawn } = population
  const known = drawnCount(population, scored)
  const end = known + nextBlock(known, Math.min(drawn.length, maxItems))
  return drawn
    .slice(known, end)
    .map(({ part, item }) => itemName(part, item.docId))
    .filter((name) => !scored.has(name))
}

/** The loaded tasks with these items alone, in the order of their rows: so neighbors share what they begin with. */
export function blocksOf(loadedTasks: readonly LoadedTask[], wanted: ReadonlySet<string>): LoadedTask[] {
  return loadedTasks
    .map((loaded) => ({
      ...loaded,
      parts: loaded.parts
        .map((part) => ({ ...part, items: part.items.filter(({ docId }) => wanted.has(itemName(part.name, docId))) }))
        .filter(({ items }) => items.length > 0),
    }))
    .filter(({ parts }) => parts.length > 0)
}

function verdictsOf({ population, tracks }: RuledPopulation, scored: DrawnItems['scored']): BlockVerdicts {
  return {
    task: population.name,
    drawn: drawnCount(population, scored),
    itemCount: population.drawn.length,
    rules: tracks.map((track) => judgeTrack(track, drawnValues(population, track, scored))),
  }
}

function needsMore({ drawn, itemCount, rules }: BlockVerdicts, { maxItems = Infinity, isFull }: DrawingLimits): boolean {
  if (drawn >= Math.min(itemCount, maxItems)) return false
  return isFull || rules.some(({ verdict }) => verdict === 'undecided')
}
