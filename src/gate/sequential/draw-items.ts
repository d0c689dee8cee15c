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
import { judgeTrack, valueOf, type RuleTrack } from './rule-track.ts'

/** A task or group of the policy, with its rules. */
export interface RuledPopulation {
  readonly population: Population
  readonly tracks: readonly RuleTrack[]
}

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

/** The scored items. */
export interface DrawnItems {
  /** By name: all that were scored, which of an interrupted block need not be the next ones. */
  readonly scored: ReadonlyMap<string, ScoredItem>
  readonly work: readonly TaskWork[]
  /** Requests that were cut to the window. */
  readonly cutRequestCount: number
  /** Why drawing ended although it was not cancelled. */
  readonly failure: EngineError | undefined
}

/** Draws and scores. `loadedTasks` have every item of the populations. At least one block is scored. Fails as `BlockScorer.score` does. */
export async function drawItems(
  ruled: readonly RuledPopulation[],
  {
    loadedTasks,
    scorer,
    limits,
    onBlock,
  }: { loadedTasks: readonly LoadedTask[]; scorer: BlockScorer; limits: DrawingLimits; onBlock: (verdicts: BlockVerdicts) => void },
): Promise<DrawnItems> {
  const scored = new Map<string, ScoredItem>()
  const work: TaskWork[] = []
  let cutRequestCount = 0
  let failure: EngineError | undefined
  let open = ruled
  while (open.length > 0) {
    const wanted = new Set(open.flatMap(({ population }) => nextItems(population, scored, limits)))
    for (const block of blocksOf(loadedTasks, wanted)) {
      if (limits.signal?.aborted || failure) break
      const result = await scorer.score(block)
      for (const item of result.items) scored.set(itemName(item.item.task, item.item.docId), item)
      work.push(...result.work)
      cutRequestCount += result.cutRequestCount
      failure = result.failure
    }
    const verdicts = open.map((one) => verdictsOf(one, scored))
    verdicts.forEach(onBlock)
    if (limits.signal?.aborted || failure) break
    open = open.filter((_, index) => needsMore(verdicts[index]!, limits))
  }
  return { scored, work, cutRequestCount, failure }
}

/** The candidate's values for a rule: of the first items in the order of drawing, up to one without scores. */
export function drawnValues({ drawn }: Population, { request }: RuleTrack, scored: ReadonlyMap<string, ScoredItem>): ItemValue[] {
  const values: ItemValue[] = []
  for (const { part, item } of drawn) {
    const own = scored.get(itemName(part, item.docId))
    const value = own && valueOf(request, own)
    if (value === undefined) break
    values.push(value)
  }
  return values
}

/** How many of the first items in the order of drawing have scores. */
export function drawnCount({ drawn }: Population, scored: ReadonlyMap<string, ScoredItem>): number {
  const missing = drawn.findIndex(({ part, item }) => !scored.has(itemName(part, item.docId)))
  return missing === -1 ? drawn.length : missing
}

function nextItems(population: Population, scored: ReadonlyMap<string, ScoredItem>, { maxItems = Infinity }: DrawingLimits): string[] {
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

function verdictsOf({ population, tracks }: RuledPopulation, scored: ReadonlyMap<string, ScoredItem>): BlockVerdicts {
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
