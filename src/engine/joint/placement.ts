/** Where models are computed that are computed together. */
import { HarnessError } from '../../errors.ts'
import { deviceMemory, deviceName, devicesToTry, dtypeFor, providerOf, type Device, type DeviceChoice } from '../devices/device.ts'
import type { Dtype } from '../devices/dtype.ts'
import { listGpus, type Gpu } from '../devices/gpus.ts'
import { fitsMemory, type MemoryNeed } from '../onnx/batch-budget.ts'
import { canRun, checkOptions, CPU, type DeviceNeeds } from '../onnx/device-needs.ts'

/** Devices of one provider, and the type of their arithmetic. */
export interface Placement {
  /** A device that is named more than once gets as many sessions. */
  readonly devices: readonly [PlacedDevice, ...PlacedDevice[]]
  readonly dtype: Dtype
}

/** A device, and how much memory of its own a session may take, in bytes; undefined if that is not known, or if it uses the machine's. */
export interface PlacedDevice extends Device {
  readonly memoryBytes?: number | undefined
}

/** Options that decide it. */
export interface PlacementOptions {
  readonly devices?: DeviceChoice | undefined
  readonly dtype?: Dtype | undefined
  readonly memoryBytes?: number | undefined
}

/** The GPUs of the machine, if the options may mean one of them. */
export async function gpusFor({ devices = CPU }: Pick<PlacementOptions, 'devices'>): Promise<readonly Gpu[]> {
  return devices === 'auto' || devices.some((device) => providerOf(device).hasOwnMemory) ? listGpus() : []
}

/**
 * Where a model would be computed by itself; with `auto` on the first device that may be able, before it is tried. Undefined if a device cannot do
 * what is asked: the model by itself says so.
 */
export function placementOf(
  needs: DeviceNeeds & { readonly storedDtype: Dtype },
  { devices: choice = CPU, dtype, memoryBytes }: PlacementOptions,
  gpus: readonly Gpu[],
): Placement | undefined {
  const options = { dtype, memoryBytes }
  const devices = choice === 'auto' ? [devicesToTry(gpus).find((device) => canRun(device, needs, options)) ?? CPU[0]] : choice
  const [first, ...others] = devices.map((device) => {
    const sessions = devices.filter(({ index }) => index === device.index).length
    const bytes = deviceMemory(device, gpus)
    return { ...device, memoryBytes: bytes === undefined ? undefined : bytes / sessions }
  })
  try {
    checkOptions(first!, needs, options)
    return { devices: [first!, ...others], dtype: dtypeFor(first!, dtype, needs.storedDtype) }
  } catch (error) {
    if (error instanceof HarnessError) return undefined
    throw error
  }
}

/** Equal for models that can be computed together. */
export function placementKey({ devices, dtype }: Placement): string {
  return `${devices.map(deviceName).join()} ${dtype}`
}

/** Bytes of a number in memory. */
const BYTES: Readonly<Record<Dtype, number>> = { float32: 4, float16: 2, bfloat16: 2 }

/**
 * Whether models that need this in f32 fit together on each of the devices. On GPUs whose memory is not known they may be tried; if they do not fit, they
 * are computed one after another.
 */
export function fitsTogether({ fixed, perToken }: MemoryNeed, { devices, dtype }: Placement, { memoryBytes }: Pick<PlacementOptions, 'memoryBytes'>): boolean {
  if (!providerOf(devices[0]).hasOwnMemory) {
    const all = { fixed: fixed * devices.length, perToken: perToken * devices.length }
    return fitsMemory(all, memoryBytes === undefined ? {} : { memoryBytes })
  }
  const scale = BYTES[dtype] / BYTES.float32
  return devices.every(({ memoryBytes: own = Infinity }) => fitsMemory({ fixed: fixed * scale, perToken: perToken * scale }, {}, own))
}
