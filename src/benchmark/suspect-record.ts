/** What `doctor --benchmark --suspects` measures, and the figures of it. */
import type { Dtype } from '../engine/devices/dtype.ts'
import type { Device } from '../engine/devices/device.ts'
import type { Engine } from '../engine/engine.ts'
import type { SessionTensor } from '../engine/onnx/session-messages.ts'
import type { ModelSize } from './model-size.ts'
import type { StoredValues } from './stored-values.ts'
import type { TimeBudget } from './time-budget.ts'
import type { TimedGraph } from './time-graph.ts'

/** The parts that can be measured. */
export const SUSPECTS = ['attention', 'head', 'batch'] as const
export type SuspectName = (typeof SUSPECTS)[number]

/** One measurement. */
export interface SuspectRecord {
  readonly suspect: SuspectName
  /** The input: `MMLU, rows`, `256 positions`. */
  readonly on: string
  readonly form: string
  /** Of one pass, the median; null if it is a rate or failed. */
  readonly milliseconds: number | null
  readonly tokensPerSecond: number | null
  /** The largest difference to the first form's values, as a share of the largest value; null if there is nothing to compare. */
  readonly difference: number | null
  /** Operators that ran on the CPU instead. */
  readonly onCpu: readonly string[]
  /** The reason for a missing figure; null if there is a figure. */
  readonly problem: string | null
}

/** Receives each measurement. */
export type OnRecord = (record: SuspectRecord) => void

/** The inputs of a measurement. */
export interface SuspectJob {
  readonly device: Device
  readonly size: ModelSize
  readonly dtype: Dtype
  readonly budget: TimeBudget
  readonly suspects: readonly SuspectName[]
  /** Tokens of the batch whose attention is measured. */
  readonly tokenCount: number
  /** Opens the random model on the device, with the given token budget. */
  readonly openModel: (batchTokens: number) => Promise<AsyncDisposable & { readonly engine: Engine }>
}

/** Least milliseconds for a form to be measured. */
export const LEAST_FORM_MS = 3000

/** The graph's input `scale`. */
export const SCALE_OF_ONE: SessionTensor = { type: 'float32', values: Float32Array.of(1), shape: [1] }

/** A file of random values, and its folder. */
export interface ValuesFile extends StoredValues {
  readonly root: string
}

/** The figures of a record, compared with `expected` if it is known. */
export function figures({ milliseconds, output, onCpu, problem }: TimedGraph, expected: Float32Array | undefined) {
  return { milliseconds, tokensPerSecond: null, difference: output && expected ? relativeDifference(output, expected) : null, onCpu, problem }
}

function relativeDifference(found: Float32Array, expected: Float32Array): number {
  let [difference, largest] = [0, 0]
  expected.forEach((value, index) => {
    difference = Math.max(difference, Math.abs(found[index]! - value))
    largest = Math.max(largest, Math.abs(value))
  })
  return difference / largest
}
