/** The record of a gate that drew its items: enough to repeat it, and to draw how the bounds closed in on the limits. */
import path from 'node:path'
import type { EngineInfo } from '../../engine/engine.ts'
import { writeWhole } from '../../io/write-atomically.ts'
import type { ItemValue } from '../../metrics/metric.ts'
import type { DivergenceOriginal, ModelRecord } from '../../store/run-record.ts'
import { sanitizedName } from '../../store/sanitized-name.ts'
import type { RuleKind } from '../rule-requests.ts'
import type { BoundsMethod, PathPoint } from './rule-track.ts'

/** The items of a task or group, in the order in which they were drawn. */
export interface DrawnRecord {
  readonly task: string
  /** All items. */
  readonly itemCount: number
  /**
   * Each with the row that it is of, and the values of the rules' metrics. Under `max_mean_kl` and `min_top1_agreement` the candidate has the sum over its
   * positions and their number, the baseline the number alone.
   */
  readonly items: readonly {
    readonly task: string
    readonly docId: number
    readonly baseline: Readonly<Record<string, ItemValue>>
    readonly candidate: Readonly<Record<string, ItemValue>>
  }[]
}

/** How the bounds of a rule moved. */
export interface BoundsRecord {
  readonly task: string
  /** Null for a rule of distributions. */
  readonly metric: string | null
  readonly kind: RuleKind
  readonly limit: number
  /** `betting` is valid for every distribution; `asymptotic` only as the number of texts grows. */
  readonly method: BoundsMethod
  /** The rule's share of alpha, for both sides together. */
  readonly alpha: number
  /** All items of its task or group. */
  readonly itemCount: number
  readonly path: readonly PathPoint[]
}

/** What was drawn, how, and at which cost. */
export interface DrawingRecord {
  readonly startedAt: string
  readonly elapsedMs: number
  readonly seed: number
  /** Twice the most probability that any verdict is wrong; divided equally among the rules. */
  readonly alpha: number
  readonly maxItems: number | null
  readonly isFull: boolean
  /** Cancelled, or no server was left. */
  readonly isInterrupted: boolean
  readonly model: ModelRecord
  /** The baseline's model, if rules of distributions needed it beside the candidate. */
  readonly original?: DivergenceOriginal
  readonly engine: EngineInfo
  /** Of both models, if there are two. */
  readonly tokensComputed: number
  /** Items whose scores are from an interrupted gate that this one continued. */
  readonly resumedCount: number
  /** Sequences that were answered from the response cache. */
  readonly cachedCount: number
  readonly bounds: readonly BoundsRecord[]
  readonly drawn: readonly DrawnRecord[]
}

/** Writes `FOLDER/MODEL/gate_TIME.json`; comes back with its path. It is not a run: scores of a part that was chosen by its results are not published. */
export async function writeDrawing(folder: string, record: DrawingRecord, judged: object): Promise<string> {
  const file = path.join(folder, sanitizedName(record.model.label), `gate_${record.startedAt.replaceAll(':', '-')}.json`)
  await writeWhole(file, [`${JSON.stringify(judged, null, 1)}\n`])
  return file
}
