/** What a model does in a run with `--divergence`. */
import type { EngineDivergence, HeadSource } from '../engine/onnx/engine-divergence.ts'
import type { DivergenceOriginal } from '../store/run-record.ts'
import type { EncodedAhead } from './encode-ahead.ts'

/** A model's part in the divergence of a run. */
export interface DivergenceRole {
  /** The model that it is compared with; null for the original itself. */
  readonly original: DivergenceOriginal | null
  /** The part of its engine, once its weights are ready and the requests are known. Fails with StoreError if the temporary file has no room. */
  readonly begin: (model: HeadSource, encoded: readonly EncodedAhead[]) => Promise<EngineDivergence>
  /** Takes over what the weights need, and keeps it as long as they are used. */
  readonly keep: (resource: AsyncDisposable) => Promise<void>
}
