/** An opened model, with local weights or on a server. */
import type { CheckpointTokenizer } from '../model/tokenizer/tokenizer.ts'
import type { Engine } from '../engine/engine.ts'
import type { Encoder } from '../plan/encode.ts'
import type { EncodedAhead } from './encode-ahead.ts'
import type { WeightsRecord } from '../model/runnable/open-runnable.ts'

/** The tokenizer is here; weights are here or on a server. Dispose of it after its engine. */
export interface OpenedModel extends AsyncDisposable {
  readonly tokenizer: CheckpointTokenizer
  readonly encoder: Encoder
  /** Null for a served model. */
  readonly architecture: string | null
  /** Null for a served model. */
  readonly parameterCount: number | null
  /** How quantized weights or an adapter are run; null for plain weights. */
  readonly weights: WeightsRecord | null
  /** Notices about unused parts of the checkpoint, as sentences; already reported. */
  readonly notices: readonly string[]
  /** `encoded` are the requests that it will be asked. */
  readonly openEngine: (encoded: readonly EncodedAhead[]) => Promise<Engine>
  /** Resolves when all weights have been read; null for a served model. */
  readonly weightsHash: Promise<string | null>
}
