/** How a model is scored. */
import type { Checkpoint } from '../model/checkpoint.ts'
import type { DeviceChoice } from '../engine/devices/device.ts'
import type { Dtype } from '../engine/devices/dtype.ts'
import type { Engine } from '../engine/engine.ts'
import type { JointMember } from '../engine/joint/joint-pass.ts'
import type { RollingBos } from '../plan/encode.ts'
import type { TaskGroup } from '../task/lm-eval/expand-name.ts'
import type { DivergenceRole } from './divergence-role.ts'
import type { EncodedAhead } from './encode-ahead.ts'
import type { EvaluationEvent, OnEvent } from './run-events.ts'

/** How to score. Defaults depend on the model and the machine. */
export interface EvaluateOptions {
  /** Of the bootstrap for standard errors; 0 when absent. */
  readonly seed?: number
  /** Goes into the record; the loaded tasks are already limited to it. */
  readonly limit?: number
  /** Window in tokens; the model's when absent. */
  readonly maxLength?: number
  /** How texts that are scored as a whole begin; as in lm-eval when absent. */
  readonly rollingBos?: RollingBos
  /** Whether texts begin with bos; as the tokenizer does when absent. */
  readonly addBosToken?: boolean
  /** Most tokens of a forward pass. */
  readonly batchTokens?: number
  /** Most memory of the process that computes, in bytes. */
  readonly memoryBytes?: number
  /** Threads inside an operator. */
  readonly threads?: number
  /** Where the model is computed; the CPU when absent. */
  readonly devices?: DeviceChoice
  /** Type of weights and products; the device's usual one when absent. */
  readonly dtype?: Dtype
  /** Groups of the tasks, each with scores of its own; none when absent. */
  readonly taskGroups?: readonly TaskGroup[]
  /** Shared by calls with the same loaded tasks: models with one tokenizer are then encoded for once. */
  readonly encodings?: Map<string, readonly EncodedAhead[]>
  /** Response cache directory; no cache when absent. */
  readonly cache?: string
  /** The model's part in a divergence. */
  readonly divergence?: DivergenceRole
  /** Opens the engine; onnxruntime on this machine when absent. */
  readonly openEngine?: (checkpoint: Checkpoint) => Promise<Engine>
  /** Opens the engine of a model that is computed together with others. */
  readonly joinPass?: (model: JointMember) => Promise<Engine>
  readonly onEvent?: OnEvent<EvaluationEvent>
  /** Ends the evaluation at once; the record has the results until then. Before the first score it fails with AbortError. */
  readonly signal?: AbortSignal
}
