/** Devices that a model can run on, by the names that `--device` takes. What is known of each provider is in providers/. */
import { EngineError, UsageError } from '../../errors.ts'
import { lookUp } from '../../io/look-up.ts'
import { didYouMean } from '../../text/nearest-name.ts'
import { dtypeOption, type Dtype } from './dtype.ts'
import type { Gpu } from './gpus.ts'
import type { ExecutionProvider } from './providers/provider.ts'
import { PROVIDERS, type ProviderName } from './providers/registry.ts'

/** One processor. */
export interface Device {
  readonly provider: ProviderName
  /** Which of the provider's devices, from 0. */
  readonly index: number
}

/** `auto`, or devices of one provider; a device that is named more than once gets as many sessions. */
export type DeviceChoice = 'auto' | readonly [Device, ...Device[]]

/** Provider names, in the order of the registry. */
const NAMES = Object.keys(PROVIDERS) as ProviderName[]

/** What is known of a device's provider. */
export function providerOf({ provider }: Pick<Device, 'provider'>): ExecutionProvider {
  return PROVIDERS[provider]
}

/** `auto`, `cpu`, `cuda:1`, `cuda:0,cuda:1`. Fails with UsageError. */
export function parseDevices(text: string): DeviceChoice {
  if (text === 'auto') return 'auto'
  const [first, ...others] = text.split(',').map((name) => parseDevice(name, text)) as [Device, ...Device[]]
  if (others.some(({ provider }) => provider !== first.provider))
    throw new UsageError(`--device ${text} mixes providers`, 'Their numbers differ in the last digits; give devices of one provider.')
  return [first, ...others]
}

function parseDevice(name: string, option: string): Device {
  const [, provider = '', index] = /^([a-z]+)(?::(\d{1,3}))?$/u.exec(name.trim()) ?? []
  const known = lookUp<ExecutionProvider>(PROVIDERS, provider)
  if (!known)
    throw new UsageError(
      `--device ${option}: unknown device ${JSON.stringify(name)}`,
      // A GPU without a provider is none of the names, and nearest to cpu.
      `${/^gpu/iu.test(name.trim()) ? '' : didYouMean(provider || name, ['auto', ...NAMES])}Give auto, which takes a GPU that works, or one of ${NAMES.join(', ')}.`,
    )
  const device = { provider: provider as ProviderName, index: Number(index ?? 0) }
  if (device.index > 0 && known.devices.kind === 'single')
    throw new UsageError(`--device ${deviceName(device)}: ${provider} has one device`, known.devices.hint)
  return device
}

/** The first device of each provider that onnxruntime-node has for this platform. */
export function possibleDevices(platform = process.platform, arch: string = process.arch): Device[] {
  return NAMES.filter((name) => PROVIDERS[name].isBuiltFor(platform, arch)).map((provider) => ({ provider, index: 0 }))
}

/** Fails with EngineError if onnxruntime-node does not have the provider for this platform. */
export function assertAvailable(device: Device, platform = process.platform, arch: string = process.arch): void {
  if (providerOf(device).isBuiltFor(platform, arch)) return
  const possible = possibleDevices(platform, arch).map(({ provider }) => provider)
  throw new EngineError(`onnxruntime-node has no ${device.provider} for ${platform} ${arch}`, `Give --device with one of ${possible.join(', ')}.`)
}

/**
 * Devices that `--device auto` tries, the best first: those whose provider is installed and has a GPU here, then the CPU. A driver that emulates a GPU on
 * the CPU does not count: it is far slower than the CPU provider.
 */
export function devicesToTry(gpus: readonly Gpu[], isInstalled = (name: ProviderName) => PROVIDERS[name].isInstalled()): Device[] {
  const provider = (name: ProviderName): ExecutionProvider => PROVIDERS[name]
  const withGpu = NAMES.filter(
    (name) =>
      provider(name).auto === 'with-gpu' &&
      isInstalled(name) &&
      provider(name)
        .gpusOf(gpus, 0)
        .some(({ kind }) => kind === 'gpu'),
  )
  const last = NAMES.filter((name) => provider(name).auto === 'last')
  return [...withGpu, ...last].map((name) => ({ provider: name, index: 0 }))
}

/** The GPU of the machine that a device is; undefined if that is not known, and for the CPU. */
export function gpuOf(device: Device, gpus: readonly Gpu[]): Gpu | undefined {
  const found = providerOf(device).gpusOf(gpus, device.index)
  return found.length === 1 ? found[0] : undefined
}

/** The GPU that a device most likely is; undefined if there is none, and for the CPU. */
export function likelyGpuOf(device: Device, gpus: readonly Gpu[]): Gpu | undefined {
  return providerOf(device).gpusOf(gpus, device.index)[0]
}

/** The memory of a device's GPU, in bytes; undefined if it is not known which GPU it is. */
export function deviceMemory(device: Device, gpus: readonly Gpu[]): number | undefined {
  return gpuOf(device, gpus)?.memoryBytes ?? undefined
}

/** The type that a model is computed in: the one asked for, else the provider's default. Fails with UsageError if the provider does not have it. */
export function dtypeFor(device: Device, asked: Dtype | undefined, stored: Dtype): Dtype {
  const { dtypes, defaultDtype } = providerOf(device)
  if (!supportsDtype(device, asked))
    throw new UsageError(
      `--dtype ${dtypeOption(asked!)} does not run on ${device.provider}`,
      `Give ${dtypes.map(dtypeOption).join(' or ')}${device.provider === 'cpu' ? ', or another --device' : ''}.`,
    )
  return asked ?? (defaultDtype === 'stored' ? stored : defaultDtype)
}

/** Whether a device can compute in a type; true if none is asked for. */
export function supportsDtype(device: Device, asked: Dtype | undefined): boolean {
  return asked === undefined || providerOf(device).dtypes.includes(asked)
}

/** As `--device` takes it: `cuda:1`, `webgpu`. */
export function deviceName(device: Device): string {
  const { provider, index } = device
  return index > 0 || providerOf(device).namesFirstDevice ? `${provider}:${index}` : provider
}
