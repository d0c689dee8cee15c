/** What a model does in a run with `--divergence`. */
import type { CachedModelKey } from '../cache/model-cache.ts'
import type { HiddenStates } from '../engine/hidden-states.ts'
import type { EngineDivergence, HeadSource } from '../engine/onnx/engine-divergence.ts'
import type { WeightsFingerprint } from '../model/weights-fingerprint.ts'
import type { EncodedAhead } from './encode-ahead.ts'

/** A model's part in the divergence of a run. */
export interface DivergenceRole {
  /** The model that it is compared with, asked when the model is scored; null for the original itself. */
  readonly original: (() => OriginalModel) | null
  /** The part of its engine, once its weights are ready and the requests are known. Fails with StoreError if the temporary file has no room. */
  readonly begin: (model: BegunModel) => Promise<EngineDivergence>
  /** As `begin`, for a model that is computed together with the original: where the original's hidden states go, if there are also others. */
  readonly beginJoined: (model: BegunModel) => Promise<HiddenStates | undefined>
  /** What a model's cached responses depend on beside itself, when its engine is open: `engine` as Engine.responsesDependOn. Null if it is not cached. */
  readonly cachedBy: (engine: string | undefined) => ComparedKey | null
  /** Takes over what the weights need, and keeps it as long as they are used. */
  readonly keep: (resource: AsyncDisposable) => Promise<void>
}

/** The original in the record of a variant. */
export interface OriginalModel {
  readonly label: string
  readonly source: string
  /** Resolves when all weights have been read. */
  readonly weightsHash: Promise<string | null>
}

/** A model whose weights are ready. */
export interface BegunModel extends Pick<OriginalModel, 'weightsHash'> {
  readonly head: HeadSource
  readonly encoded: readonly EncodedAhead[]
  readonly identity: CachedIdentity
}

/** What decides a model's responses besides engine and tokens, as in CachedModelKey. */
export type CachedIdentity = Pick<CachedModelKey, 'fingerprint' | 'settings'>

/** How a model is compared. */
export interface ComparedKey {
  /** Plain data. */
  readonly settings: unknown
  /** The original of a variant; absent for the original itself. */
  readonly original?: { readonly label: string; readonly fingerprint: WeightsFingerprint }
}
