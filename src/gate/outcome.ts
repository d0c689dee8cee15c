/** The outcome of a gate, with or without a judgement: the input of its reports. */
import type { RunSource } from '../store/stored-run.ts'
import type { Judgement } from './judge-comparison.ts'
import type { DrawingRecord } from './sequential/drawing-record.ts'

/** Labels of baseline and candidate, or the arguments if the runs could not be read. */
export interface GateNames {
  readonly baseline: string
  readonly candidate: string
}

/** An error as reports have it. */
export interface GateFailure {
  readonly code: string
  readonly message: string
  readonly hint: string
}

/** A judgement, or why there is none. */
export interface GateOutcome {
  readonly names: GateNames
  readonly judgement: Judgement | null
  readonly error: GateFailure | null
  /** Notes of the comparison: items that were left out, mixed provenance. */
  readonly notes: readonly string[]
  /** Files of both runs. */
  readonly files: { readonly baseline: readonly RunSource[]; readonly candidate: readonly RunSource[] }
  readonly exitCode: number
  /** If items were drawn until the rules were decided: order, path of the bounds, and cost. */
  readonly drawing?: DrawingRecord
}

/** The outcome as JSON has it. */
export function outcomeJson({ names, judgement, error, notes, files, exitCode, drawing }: GateOutcome): Record<string, unknown> {
  return {
    ...names,
    rules: judgement?.rules ?? [],
    verdict: judgement?.verdict ?? null,
    ...(error && { error }),
    notes,
    files,
    exitCode,
    ...(drawing && { drawing }),
  }
}
