/** How a model is scored. */
import type { Checkpoint } from '../model/checkpoint.ts'
import type { DeviceChoice, Dtype } from '../engine/devices/device.ts'
import type { Engine } from '../engine/engine.ts'
import type { RollingBos } from '../plan/encode.ts'
import type { EncodedAhead } from './encode-ahead.ts'

/** How to score. */
export interface EvaluateOptions {
  readonly seed?: number
  /** Recorded; the suites are already cut to it. */
  readonly limit?: number
  /** The model's window when absent. */
  readonly maxLength?: number
  /** How texts that are scored as a whole begin; as in lm-eval when absent. */
  readonly rollingBos?: RollingBos
  /** Most tokens of a forward pass; chosen by the model and the memory when absent. */
  readonly batchTokens?: number
  /** For all that the engine takes; a share of the machine's when absent. */
  readonly memoryBytes?: number
  readonly threads?: number
  /** Where the model is computed; the CPU when absent. */
  readonly devices?: DeviceChoice
  /** Type of its weights and products; the device's usual one when absent. */
  readonly dtype?: Dtype
  /** Suites as tokens, by what encodes them: given with the same suites to several models, those with one tokenizer are encoded for once. */
  readonly encodings?: Map<string, readonly EncodedAhead[]>
  /** Folder where answers are kept and found again; they are not when absent. */
  readonly cache?: string
  /** What scores; onnxruntime on this machine when absent. */
  readonly openEngine?: (checkpoint: Checkpoint) => Promise<Engine>
  /** Ends the run at once; what was scored is kept. Before the first batch there is nothing to keep: then it fails with AbortError. */
  readonly signal?: AbortSignal
}
