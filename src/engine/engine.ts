/** What the rest of the program knows of an engine: sequences in, scores out. */
import type { Sequence, SequenceScore } from '../plan/sequence.ts'

/** What made the scores; goes into the run record. */
export interface EngineInfo {
  readonly name: string
  /** Execution provider or server. */
  readonly provider: string
  /** The devices that computed, as `--device` names them; absent where the engine is none of this machine's. */
  readonly devices?: readonly string[]
  /** Arithmetic of the matrix products. */
  readonly dtype: string
  /** Versions of the software behind it, by name. */
  readonly versions: Readonly<Record<string, string>>
  /** Of a model on servers: what they call it, and their addresses, without secrets. */
  readonly served?: { readonly model: string; readonly endpoints: readonly string[] }
}

/** The answers of one batch. */
export interface ScoredBatch {
  readonly scores: readonly SequenceScore[]
  readonly tokensComputed: number
  /** Floating-point operations of the model's matrix products; absent where the engine does not know them. */
  readonly operations?: number
  /** Sequences that will get no score, and why: an engine that can go on without them does. */
  readonly unanswered?: readonly Unanswered[]
  /** Whether the scores were kept from before, and nothing was computed. */
  readonly isCached?: boolean
}

/** A sequence without a score. */
export interface Unanswered {
  /** Index into the sequences that were asked. */
  readonly sequence: number
  readonly reason: string
}

/** Told a batch's sequences, as indices into those asked, before it is computed: where it says so, the batch is left out. */
export type IsAnswered = (members: readonly number[]) => boolean

/** Something that gives log-probabilities. Dispose of it to free its memory. */
export interface Engine extends AsyncDisposable {
  readonly info: EngineInfo
  /**
   * What decides its answers beside weights, config, settings and tokens: versions of graph and runtime, provider, arithmetic. Absent where that cannot be
   * known, as behind a server: such answers are not kept.
   */
  readonly answersDependOn?: string
  /**
   * Plans at once and computes as what comes back is read; batches in any order, every sequence once, in `scores` or in `unanswered`, but for batches that
   * are answered already.
   */
  score(sequences: readonly Sequence[], isAnswered?: IsAnswered): AsyncIterable<ScoredBatch>
  /** The most memory that it has held outside of this process, in bytes. */
  peakBytes?(): number
  /** Measures the machine: operations a second of nothing but matrix products of the model's shapes. Takes a part of a second. Undefined where it cannot. */
  peakGemmRate?(this: void): Promise<number | undefined>
}
