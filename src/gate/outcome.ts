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
  /** The file that `drawing` is stored in. */
  readonly recordFile?: string
}

/** The outcome as JSON has it. Of what was drawn it has the bounds and the numbers of items; their order and values are in the file `record`. */
export function outcomeJson({ drawing, recordFile, ...outcome }: GateOutcome): Record<string, unknown> {
  if (!drawing) return fieldsOf(outcome)
  const drawn = drawing.drawn.map(({ task, itemCount, items }) => ({ task, itemCount, drawnCount: items.length }))
  return { ...fieldsOf(outcome), drawing: { ...drawing, drawn }, ...(recordFile !== undefined && { record: recordFile }) }
}

/** The outcome as the record of a gate that drew its items has it: with every item. */
export function outcomeRecord({ drawing, ...outcome }: GateOutcome): Record<string, unknown> {
  return { ...fieldsOf(outcome), ...(drawing && { drawing }) }
}

function fieldsOf({ names, judgement, error, notes, files, exitCode }: GateOutcome): Record<string, unknown> {
  return { ...names, rules: judgement?.rules ?? [], verdict: judgement?.verdict ?? null, ...(error && { error }), notes, files, exitCode }
}
