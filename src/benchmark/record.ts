/** The results of a benchmark of this machine: the JSON record that `doctor --benchmark` writes. */
import type { Gpu } from '../engine/devices/gpus.ts'
import type { Dtype } from '../engine/devices/dtype.ts'
import type { DeviceDiagnosis, RuntimeDiagnosis } from '../engine/devices/self-test.ts'
import type { NumbersRecord } from './check-numbers.ts'
import type { EstimateRecord } from './estimate.ts'
import type { SpeedRecord } from './measure-speed.ts'
import type { SuspectRecord } from './suspect-record.ts'
import type { PeerRecord } from './transformers-peer.ts'

/** The whole record. */
export interface BenchmarkRecord {
  /** Raised when a field changes its meaning. */
  readonly format: 1
  readonly evalharness: string
  /** ISO 8601, when it began. */
  readonly startedAt: string
  readonly machine: MachineRecord
  readonly gpus: readonly Gpu[]
  readonly runtime: RuntimeDiagnosis
  readonly budgetSeconds: number
  readonly elapsedSeconds: number
  readonly devices: readonly DeviceRecord[]
}

/** Where it ran. */
export interface MachineRecord {
  readonly node: string
  readonly platform: string
  readonly cpu: string
  readonly threads: number
  readonly memoryBytes: number
}

/** One device. */
export interface DeviceRecord {
  /** As `--device` names it. */
  readonly device: string
  /** Its name by the system; null if that is not known. */
  readonly gpu: string | null
  /** Whether no GPU of its provider has ever been measured with this program. */
  readonly isExperimental: boolean
  readonly selfTest: DeviceDiagnosis
  readonly numbers: readonly NumbersRecord[]
  readonly speed: ModelSpeedRecord | null
  readonly suspects: readonly SuspectRecord[]
  /** Steps that failed, and why. */
  readonly failures: readonly { readonly what: string; readonly reason: string; readonly hint: string }[]
  /** Steps that were skipped, and why. */
  readonly leftOut: readonly { readonly what: string; readonly why: string }[]
}

/** The random model on a device. */
export interface ModelSpeedRecord {
  readonly modelSize: string
  readonly shapeOf: string
  readonly dtype: Dtype
  readonly parameterCount: number
  /** Of the weights as they are stored. */
  readonly weightBytes: number
  /** Making the model's file, and making a session of it: from the system's cache of files, not from the disk. */
  readonly makeSeconds: number
  readonly loadSeconds: number
  /** Peak of the process that computes, without GPU memory. */
  readonly peakProcessBytes: number | null
  /** By how much the free memory of the GPU fell; null if the system does not say. */
  readonly gpuBytes: number | null
  /** Peak GEMM rate for the model's shapes, in operations a second, in the process that ran the model; null if it could not be measured. */
  readonly peakGemmRate: number | null
  /** By the GPU's data sheet, in bfloat16; null if it is not known. */
  readonly dataSheetPeak: number | null
  readonly workloads: readonly SpeedRecord[]
  readonly estimate: EstimateRecord | null
  readonly peer: PeerRecord | null
}

/** Whether all that was checked on a device is right. */
export function isSound({ selfTest, numbers }: Pick<DeviceRecord, 'selfTest' | 'numbers'>): boolean {
  return selfTest.works && numbers.every(({ isRight }) => isRight)
}
