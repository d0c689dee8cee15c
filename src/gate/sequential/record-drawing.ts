/** What a gate that drew its items leaves behind, as plain data. */
import type { BlockScorer } from '../../run/block-scorer.ts'
import { isDivergence } from '../rule-requests.ts'
import { drawnCount, drawnValues, type DrawnItems } from './draw-items.ts'
import type { RuledPopulation } from './ruled-population.ts'
import type { DrawingRecord } from './drawing-record.ts'
import type { ModelOptions } from './model-options.ts'
import type { PreparedGate } from './prepare-gate.ts'
import { pathOf, valueName } from './rule-track.ts'

/** Beside what was prepared. */
interface Recorded {
  readonly drawnItems: DrawnItems
  readonly scorer: BlockScorer
  readonly options: ModelOptions
  readonly startedAt: Date
  readonly beganAt: number
  readonly isInterrupted: boolean
}

/** The record of a gate that has ended. */
export async function recordOf(
  { ruled, alpha, baseline, original }: PreparedGate,
  { drawnItems, scorer, options, startedAt, beganAt, isInterrupted }: Recorded,
): Promise<DrawingRecord> {
  const { scored, resumedCount, work } = drawnItems
  return {
    startedAt: startedAt.toISOString(),
    elapsedMs: performance.now() - beganAt,
    seed: options.seed,
    alpha,
    maxItems: options.maxItems ?? null,
    isFull: options.full,
    isInterrupted,
    model: await scorer.record(),
    ...(original && { original: { label: baseline.label, source: original.source, weightsHash: baseline.model.weightsHash } }),
    engine: scorer.engine,
    tokensComputed: work.reduce((sum, { tokensComputed }) => sum + tokensComputed, 0),
    resumedCount,
    cachedCount: work.reduce((sum, { cachedCount }) => sum + cachedCount, 0),
    bounds: ruled.flatMap(({ population, tracks }) =>
      tracks.map((track) => {
        const { task, metric, kind, limit } = track.request
        const { method, alpha: share, itemCount } = track
        return {
          task,
          metric: isDivergence(kind) ? null : metric!,
          kind,
          limit,
          method,
          alpha: share,
          itemCount,
          path: pathOf(track, drawnValues(population, track, scored)),
        }
      }),
    ),
    drawn: ruled.map((one) => drawnRecord(one, drawnItems)),
  }
}

function drawnRecord({ population, tracks }: RuledPopulation, { scored }: DrawnItems): DrawingRecord['drawn'][number] {
  // Rules of a metric share its values.
  const byName = new Map(tracks.map((track) => [valueName(track.request), { baseline: track.baseline, candidate: drawnValues(population, track, scored) }]))
  const valuesAt = (index: number, side: 'baseline' | 'candidate') => Object.fromEntries([...byName].map(([name, values]) => [name, values[side][index]!]))
  return {
    task: population.name,
    itemCount: population.drawn.length,
    items: population.drawn.slice(0, drawnCount(population, scored)).map(({ part, item }, index) => ({
      task: part,
      docId: item.docId,
      baseline: valuesAt(index, 'baseline'),
      candidate: valuesAt(index, 'candidate'),
    })),
  }
}
