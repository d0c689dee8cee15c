/** A model made ready to be scored, wherever its weights are: what the pipeline knows of it. */
import type { CheckpointTokenizer } from '../model/tokenizer/tokenizer.ts'
import type { Engine } from '../engine/engine.ts'
import type { Encoder } from '../plan/encode.ts'
import type { WeightsRecord } from '../model/runnable/open-runnable.ts'

/** The tokenizer is here; weights are here or on a server. Dispose of it after its engine. */
export interface OpenedModel extends AsyncDisposable {
  readonly tokenizer: CheckpointTokenizer
  readonly encoder: Encoder
  /** Null where only a server knows. */
  readonly architecture: string | null
  /** Null as above. */
  readonly parameterCount: number | null
  /** How weights are run that are quantised or have an adapter; null for plain ones. */
  readonly variant: WeightsRecord | null
  /** What of the checkpoint is not used, as sentences; the user was told. */
  readonly notices: readonly string[]
  readonly openEngine: () => Promise<Engine>
  /** Known when all weights have been read; null as above. */
  readonly weightsHash: Promise<string | null>
}
