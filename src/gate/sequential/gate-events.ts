/** What a gate that scores its candidate tells while it works. */
import type { EvaluationEvent } from '../../run/run-events.ts'
import type { StoredRun } from '../../store/stored-run.ts'
import type { BlockVerdicts } from './draw-items.ts'

/** What happens while a candidate is judged. */
export type GateEvent =
  | (EvaluationEvent & { readonly model: string | null })
  /** The baseline was read. */
  | { readonly kind: 'baseline-read'; readonly baseline: StoredRun }
  /** Scores of an interrupted gate are used; `file` has them. */
  | { readonly kind: 'resumed'; readonly itemCount: number; readonly file: string }
  /** After each block of a task or group. */
  | ({ readonly kind: 'block-judged' } & BlockVerdicts)
  /** The record is on disk. */
  | { readonly kind: 'record-stored'; readonly file: string }
