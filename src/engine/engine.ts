/** The interface of every engine: sequences in, scores out. */
import type { Sequence, SequenceScore } from '../plan/sequence.ts'

/** What made the scores; goes into the run record. */
export interface EngineInfo {
  readonly name: string
  /** Execution provider or server. */
  readonly provider: string
  /** The devices that computed, as `--device` names them; absent if the engine is not on this machine. */
  readonly devices?: readonly string[]
  /** Arithmetic of the matrix products. */
  readonly dtype: string
  /** Versions of the software behind it, by name. */
  readonly versions: Readonly<Record<string, string>>
  /** Of a model on servers: what they call it, and their addresses, without secrets. */
  readonly served?: { readonly model: string; readonly endpoints: readonly string[] }
}

/** Scores of one batch. */
export interface ScoredBatch {
  readonly scores: readonly SequenceScore[]
  readonly tokensComputed: number
  /** Floating-point operations of the model's matrix products; absent if the engine does not know them. */
  readonly operations?: number
  /** Layers × tokens that were computed; tokens × layers of the engine when absent. */
  readonly layerPasses?: number
  /** Wall time that counts for this batch, in milliseconds, if others were computed beside it; how long it was waited for when absent. */
  readonly engineMs?: number
  /** Wall time that the model was loaded just before it, in milliseconds; 0 when absent. */
  readonly loadMs?: number
  /** Sequences that will get no score, and why: an engine that can go on without them does. */
  readonly failed?: readonly FailedSequence[]
  /** Whether the scores came from the response cache, and nothing was computed. */
  readonly isCached?: boolean
  /** Of a variant whose distributions are compared with the original's: one for each of `scores`, in their order. */
  readonly divergences?: readonly SequenceDivergence[]
}

/** How far the distributions of two models are apart at the targets of a sequence, in the order of the targets. */
export interface SequenceDivergence {
  readonly sequence: Sequence
  /** KL(original ‖ variant), in nats. */
  readonly kl: Float32Array
  /** Whether both have the same most likely token. */
  readonly isSameTop: readonly boolean[]
  /** Log-probabilities of the targets. */
  readonly original: Float32Array
  readonly variant: Float32Array
}

/** A sequence without a score. */
export interface FailedSequence {
  /** Index into the sequences that were asked. */
  readonly sequence: number
  readonly reason: string
}

/** Receives a batch's sequences, as indices into those that were asked, before the batch is computed. If it returns true, the batch is not computed. */
export type IsAnswered = (members: readonly number[]) => boolean

/** Something that gives log-probabilities. Dispose of it to free its memory. */
export interface Engine extends AsyncDisposable {
  readonly info: EngineInfo
  /**
   * What decides its scores besides weights, config, settings and tokens: versions of graph and runtime, provider, arithmetic. Absent if that cannot be
   * known, as behind a server: such scores are not cached.
   */
  readonly responsesDependOn?: string
  /** Layers that each token goes through, and how many of them no other model computes for this one; absent if the engine does not know. */
  readonly layers?: { readonly asked: number; readonly distinct: number }
  /**
   * Plans at once, and computes as the results are read. Batches in any order; every sequence once, in `scores` or in `failed`, except batches that
   * `isAnswered` leaves out.
   */
  score(sequences: readonly Sequence[], isAnswered?: IsAnswered): AsyncIterable<ScoredBatch>
  /** The most memory that it has held outside of this process, in bytes. */
  peakBytes?(): number
  /** Measures the peak GEMM rate: operations a second of the model's matrix products alone. Takes a fraction of a second. Undefined if it cannot. */
  peakGemmRate?(this: void): Promise<number | undefined>
}
