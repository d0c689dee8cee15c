/** Whether the devices of `--device` are on this machine, before a model is read: a run must not fail after minutes of loading. */
import { EngineError } from '../../errors.ts'
import { deviceName, devicesToTry, dtypeFor, providerOf, supportsDtype, type Device, type DeviceChoice } from './device.ts'
import type { Dtype } from './dtype.ts'
import { listGpus, type Gpu } from './gpus.ts'
import { PROVIDERS, type ProviderName } from './providers/registry.ts'
import { opensOn } from './self-test.ts'

/** What is known of a machine without opening a device. */
export interface Machine {
  readonly gpus: readonly Gpu[]
  readonly isInstalled: (name: ProviderName) => boolean
  readonly platform: NodeJS.Platform
  readonly arch: string
}

/**
 * Fails with EngineError on the first device that is not here, with the names of those that are, and with UsageError if no device computes in the type. A
 * device is opened only if no GPU is known for it.
 */
export async function requireDevices(devices: DeviceChoice, dtype?: Dtype, known?: Machine, opens = opensOn): Promise<void> {
  if (devices === 'auto' && dtype === undefined) return
  if (devices !== 'auto' && devices.every(isProcessor)) return checkDtype(devices, dtype)
  const machine = known ?? (await thisMachine())
  if (devices === 'auto') return checkDtype(devicesToTry(machine.gpus, machine.isInstalled), dtype)
  for (const device of devices.filter((each) => !isProcessor(each))) {
    const reason = whyAbsent(device, machine)
    if (reason !== null) throw absent(device, reason, machine)
    if (gpusOf(device, machine).length === 0 && !(await opens(device))) throw absent(device, 'no GPU found that it can use', machine)
  }
  checkDtype(devices, dtype)
}

/** Fails with UsageError if none of the devices computes in the type; the last is named, which `auto` would end with. */
function checkDtype(devices: readonly Device[], dtype: Dtype | undefined): void {
  if (!devices.some((device) => supportsDtype(device, dtype))) dtypeFor(devices.at(-1)!, dtype, 'float32')
}

async function thisMachine(): Promise<Machine> {
  const { platform, arch } = process
  return { gpus: await listGpus(), isInstalled: (name) => PROVIDERS[name].isInstalled(), platform, arch }
}

/** Null if nothing is known against it. */
function whyAbsent(device: Device, machine: Machine): string | null {
  const { provider, index } = device
  const { isBuiltFor, devices } = providerOf(device)
  if (!isBuiltFor(machine.platform, machine.arch)) return `onnxruntime-node has no ${provider} for ${machine.platform} ${machine.arch}`
  if (!machine.isInstalled(provider)) return `the provider for ${provider} is not installed`
  const others = gpusOf({ provider, index: 0 }, machine).length
  return devices.kind === 'numbered' && others > 0 && gpusOf(device, machine).length === 0 ? `there is no GPU ${index}` : null
}

function absent(device: Device, reason: string, machine: Machine): EngineError {
  return new EngineError(
    `--device ${deviceName(device)} is not available: ${reason}`,
    `Available here: ${presentDevices(machine).join(', ')}. \`evalharness doctor\` tests each device and says what is missing.`,
  )
}

/** As `--device` takes them. */
function presentDevices(machine: Machine): string[] {
  const providers = (Object.keys(PROVIDERS) as ProviderName[]).filter(
    (name) => PROVIDERS[name].isBuiltFor(machine.platform, machine.arch) && machine.isInstalled(name),
  )
  return providers.flatMap((provider) => indicesOf(provider, machine).map((index) => deviceName({ provider, index })))
}

/** Devices of a provider: each GPU if it numbers them, else one. */
function indicesOf(provider: ProviderName, machine: Machine): number[] {
  if (isProcessor({ provider })) return [0]
  if (gpusOf({ provider, index: 0 }, machine).length === 0) return []
  const others = machine.gpus.flatMap(({ cudaIndex }) => (cudaIndex !== null && cudaIndex > 0 ? [cudaIndex] : []))
  return PROVIDERS[provider].devices.kind === 'numbered' ? [0, ...others] : [0]
}

function gpusOf(device: Device, { gpus }: Machine): readonly Gpu[] {
  return providerOf(device).gpusOf(gpus, device.index)
}

/** The CPU is always there. */
function isProcessor(device: Pick<Device, 'provider'>): boolean {
  return providerOf(device).mayRunOnCpu === 'all'
}
