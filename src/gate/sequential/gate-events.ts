/** What a gate that scores its candidate tells while it works. */
import type { EvaluationEvent } from '../../run/run-events.ts'
import type { StoredRun } from '../../store/stored-run.ts'
import type { BlockVerdicts } from './draw-items.ts'
import type { DrawingRecord } from './drawing-record.ts'

/** What happens while a candidate is judged. */
export type GateEvent =
  | (EvaluationEvent & { readonly model: string | null })
  /** The baseline was read. */
  | { readonly kind: 'baseline-read'; readonly baseline: StoredRun }
  /** Scores of an interrupted gate are used; `file` has them. */
  | { readonly kind: 'resumed'; readonly itemCount: number; readonly file: string }
  /** After each block of a task or group. */
  | ({ readonly kind: 'block-judged' } & BlockVerdicts)
  /** The record is on disk. Items are those that this gate scored. */
  | ({ readonly kind: 'record-stored'; readonly model: string; readonly file: string; readonly itemCount: number } & Pick<
      DrawingRecord,
      'tokensComputed' | 'cachedCount' | 'elapsedMs'
    >)
