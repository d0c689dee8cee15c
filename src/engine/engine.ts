/** What the rest of the program knows of an engine: sequences in, scores out. */
import type { Sequence, SequenceScore } from '../plan/sequence.ts'

/** What made the scores; goes into the run record. */
export interface EngineInfo {
  readonly name: string
  /** Execution provider or server. */
  readonly provider: string
  /** Arithmetic of the matrix products. */
  readonly dtype: string
  /** Versions of the software behind it, by name. */
  readonly versions: Readonly<Record<string, string>>
}

/** Work that has been planned and is done as `batches` is read. */
export interface ScoringRun {
  /** Least number of tokens that any engine would have to compute. */
  readonly tokensDistinct: number
  /** Tokens that this one computes. */
  readonly tokensPlanned: number
  readonly batchCount: number
  /** Yields as batches finish, in any order; every sequence once. */
  readonly batches: AsyncIterable<ScoredBatch>
}

/** The answers of one batch. */
export interface ScoredBatch {
  readonly scores: readonly SequenceScore[]
  readonly tokensComputed: number
  readonly elapsedMs: number
}

/** Something that gives log-probabilities. Dispose of it to free its memory. */
export interface Engine extends AsyncDisposable {
  readonly info: EngineInfo
  score(sequences: readonly Sequence[]): ScoringRun
}
