/** What a gate came to, also where it came to no judgement: what its reports are made from. */
import type { RunSource } from '../store/stored-run.ts'
import type { Judgement } from './judge.ts'

/** Baseline and candidate, by label, or as they were given where they could not be read. */
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
  /** What a reader must know: items that were left out, mixed provenance. */
  readonly notes: readonly string[]
  /** Files of both runs. */
  readonly files: { readonly baseline: readonly RunSource[]; readonly candidate: readonly RunSource[] }
  readonly exitCode: number
}

/** The outcome as JSON has it. */
export function outcomeJson({ names, judgement, error, notes, files, exitCode }: GateOutcome): Record<string, unknown> {
  return { ...names, rules: judgement?.rules ?? [], verdict: judgement?.verdict ?? null, ...(error && { error }), notes, files, exitCode }
}
