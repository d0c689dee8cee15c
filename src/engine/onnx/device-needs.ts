/** What a model and the options of a run ask of a device. */
import { UsageError } from '../../errors.ts'
import { assertAvailable, deviceName, providerOf, supportsDtype, type Device } from '../devices/device.ts'
import type { Dtype } from '../devices/dtype.ts'
import type { BatchLimits } from './batch-budget.ts'

/** The device if none is asked for. */
export const CPU: readonly [Device] = [{ provider: 'cpu', index: 0 }]

/** What decides whether a device can compute a model. */
export interface DeviceNeeds {
  /** Whether matrices are packed, or round what they multiply. */
  readonly isQuantized: boolean
}

/** Options that not every device takes. */
interface DeviceOptions {
  readonly dtype?: Dtype | undefined
  readonly memoryBytes?: number | undefined
}

/** Whether a device can do what is asked, as far as that is known before it is tried. */
export function canRun(device: Device, { isQuantized }: DeviceNeeds, { dtype, memoryBytes }: DeviceOptions): boolean {
  const { runsQuantizedWeights, hasOwnMemory } = providerOf(device)
  return supportsDtype(device, dtype) && (!isQuantized || runsQuantizedWeights) && (memoryBytes === undefined || !hasOwnMemory)
}

/** Fails with UsageError or EngineError if the device cannot do what is asked. */
export function checkOptions(device: Device, { isQuantized }: DeviceNeeds, { memoryBytes }: DeviceOptions): void {
  assertAvailable(device)
  const { runsQuantizedWeights, hasOwnMemory } = providerOf(device)
  if (memoryBytes !== undefined && hasOwnMemory)
    throw new UsageError(`--memory does not bound what ${deviceName(device)} holds`, 'Give --batch-tokens instead: batches that do not fit are halved.')
  if (isQuantized && !runsQuantizedWeights)
    throw new UsageError(`quantized weights run on the CPU only, not on ${deviceName(device)}`, 'Give --device cpu, or score the weights before quantization.')
}

/** Whether a device has the graph for the CPU, in passes. */
export function hasPasses(device: Device): boolean {
  return providerOf(device).attention === 'kv-cache'
}

/** The limits of each of `count` workers. */
export function limitsOfEach({ batchTokens, passTokens, memoryBytes }: BatchLimits, count: number): BatchLimits {
  return {
    ...(batchTokens !== undefined && { batchTokens }),
    ...(passTokens !== undefined && { passTokens }),
    ...(memoryBytes !== undefined && { memoryBytes: memoryBytes / count }),
  }
}

const STORED: Readonly<Record<string, Dtype>> = { F32: 'float32', F16: 'float16', BF16: 'bfloat16' }

/** The type in which a checkpoint is, by that of its embeddings in the file. */
export function dtypeOfStored(stored: string | undefined): Dtype {
  return STORED[stored ?? 'F32'] ?? 'float32'
}
