/** A model made ready to be scored, wherever its weights are: what the pipeline knows of it. */
import type { CheckpointTokenizer } from './checkpoint/tokenizer.ts'
import type { Engine } from './engine/engine.ts'
import type { Encoder } from './plan/encode.ts'

/** The tokenizer is here; weights are here or on a server. */
export interface OpenedModel {
  readonly tokenizer: CheckpointTokenizer
  readonly encoder: Encoder
  /** Null where only a server knows. */
  readonly architecture: string | null
  /** Null as above. */
  readonly parameterCount: number | null
  readonly openEngine: () => Promise<Engine>
  /** Null as above. */
  readonly hashWeights: () => Promise<string | null>
}
