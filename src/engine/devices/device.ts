/** What a model can run on: execution providers of onnxruntime, and the types in which each calculates. */
import { EngineError, UsageError } from '../../errors.ts'
import type { FloatType } from '../../graph/onnx-model.ts'
import { adviceText } from './cuda-advice.ts'
import { adviseOnCuda } from './cuda-provider.ts'

/** Execution providers, by onnxruntime's names. */
const PROVIDERS = ['cpu', 'cuda', 'webgpu', 'dml', 'coreml'] as const
export type Provider = (typeof PROVIDERS)[number]

/** One processor. */
export interface Device {
  readonly provider: Provider
  /** Which of the provider's, from 0. */
  readonly index: number
}

/** `auto`, or devices of one provider; a device that is named more than once gets as many sessions. */
export type DeviceChoice = 'auto' | readonly [Device, ...Device[]]

/** Names of types, as users give them and as the run record has them. */
const DTYPES = { float32: 'float', float16: 'float16', bfloat16: 'bfloat16' } as const satisfies Record<string, FloatType>
export type Dtype = keyof typeof DTYPES

const SHORT_NAMES: Readonly<Record<string, Dtype>> = { f32: 'float32', f16: 'float16', bf16: 'bfloat16', fp32: 'float32', fp16: 'float16' }

/** The types that each provider has all kernels for. The CPU provider has no product in bfloat16, and float16 there is slower than float32. */
const PROVIDER_DTYPES: Readonly<Record<Provider, readonly Dtype[]>> = {
  cpu: ['float32'],
  cuda: ['bfloat16', 'float16', 'float32'],
  webgpu: ['float32', 'float16'],
  dml: ['float32', 'float16'],
  coreml: ['float32'],
}

/** Where onnxruntime-node's package, or what it downloads, has a provider. */
const PLATFORMS: Readonly<Record<Provider, (platform: NodeJS.Platform, arch: string) => boolean>> = {
  cpu: () => true,
  cuda: (platform, arch) => platform === 'linux' && arch === 'x64',
  webgpu: (platform, arch) => platform !== 'linux' || arch === 'x64',
  dml: (platform) => platform === 'win32',
  coreml: (platform) => platform === 'darwin',
}

/** `auto`, `cpu`, `cuda:1`, `cuda:0,cuda:1`. Fails with UsageError. */
export function parseDevices(text: string): DeviceChoice {
  if (text === 'auto') return 'auto'
  const devices = text.split(',').map((name) => {
    const [, provider, index] = /^([a-z]+)(?::(\d{1,3}))?$/u.exec(name.trim()) ?? []
    if (!isProvider(provider))
      throw new UsageError(`--device ${text}: no device is called ${JSON.stringify(name)}`, `Give auto, or one of ${PROVIDERS.join(', ')}.`)
    return { provider, index: Number(index ?? 0) }
  })
  const [first, ...others] = devices as [Device, ...Device[]]
  if (others.some(({ provider }) => provider !== first.provider))
    throw new UsageError(`--device ${text} mixes providers`, 'Their numbers differ in the last digits; give devices of one provider.')
  const numbered = devices.find(({ provider, index }) => provider !== 'cuda' && provider !== 'dml' && index > 0)
  if (numbered)
    throw new UsageError(
      `--device ${deviceName(numbered)}: ${numbered.provider} has one device`,
      numbered.provider === 'webgpu'
        ? 'onnxruntime takes the adapter that the system prefers; on Linux VK_ICD_FILENAMES chooses the driver.'
        : `Give ${numbered.provider}.`,
    )
  return [first, ...others]
}

/** `f32`, `float16`, `bf16`. Fails with UsageError. */
export function parseDtype(text: string): Dtype {
  const dtype = SHORT_NAMES[text] ?? text
  if (!Object.hasOwn(DTYPES, dtype)) throw new UsageError(`--dtype ${text} is no type of numbers`, 'Give f32, f16 or bf16.')
  return dtype as Dtype
}

/** The first device of each provider that onnxruntime-node has for this platform. */
export function possibleDevices(platform = process.platform, arch: string = process.arch): Device[] {
  return PROVIDERS.filter((name) => PLATFORMS[name](platform, arch)).map((provider) => ({ provider, index: 0 }))
}

/** Fails with EngineError where onnxruntime-node has no such provider for this platform. */
export function assertAvailable({ provider }: Device, platform = process.platform, arch: string = process.arch): void {
  if (PLATFORMS[provider](platform, arch)) return
  const possible = possibleDevices(platform, arch).map(({ provider: name }) => name)
  throw new EngineError(`onnxruntime-node has no ${provider} for ${platform} ${arch}`, `Give --device with one of ${possible.join(', ')}.`)
}

/**
 * The type that a model is computed in: what is asked for, else f32, and on CUDA the type that its weights are stored in.
 * Fails with UsageError where the provider does not have it.
 */
export function dtypeFor({ provider }: Device, asked: Dtype | undefined, stored: Dtype): Dtype {
  const possible = PROVIDER_DTYPES[provider]
  if (asked !== undefined && !possible.includes(asked))
    throw new UsageError(`--dtype ${asked} does not run on ${provider}`, `Give ${possible.join(' or ')}${provider === 'cpu' ? ', or another --device' : ''}.`)
  return asked ?? (provider === 'cuda' ? stored : 'float32')
}

/** Whether a device can compute in a type; any can where none is asked for. */
export function supportsDtype({ provider }: Device, asked: Dtype | undefined): boolean {
  return asked === undefined || PROVIDER_DTYPES[provider].includes(asked)
}

/** A type by the graph's name. */
export function graphType(dtype: Dtype): FloatType {
  return DTYPES[dtype]
}

/** As the user would give it: `cuda:1`, `webgpu`. */
export function deviceName({ provider, index }: Device): string {
  return index > 0 || provider === 'cuda' ? `${provider}:${index}` : provider
}

/** Whether numbers and speed of the provider have been measured on the hardware that it is for; of the others nothing is known but what docs/devices.md says. */
export function isMeasured({ provider }: Device): boolean {
  return provider === 'cpu'
}

/** What to do where a device cannot be used. */
export async function deviceHint({ provider, index }: Device): Promise<string> {
  switch (provider) {
    case 'cuda': {
      const advice = await adviseOnCuda()
      return advice ? adviceText(advice) : `Is GPU ${index} in the list of nvidia-smi? It needs CUDA 12 or 13 and cuDNN 9: see docs/devices.md.`
    }
    case 'webgpu':
      return process.platform === 'linux'
        ? 'It runs through Vulkan: install its loader and the driver of the GPU. Debian, AMD or Intel: apt-get install libvulkan1 mesa-vulkan-drivers; NVIDIA: its own driver.'
        : 'Update the driver of the GPU.'
    default:
      return 'Give another --device.'
  }
}

function isProvider(name: string | undefined): name is Provider {
  return PROVIDERS.some((provider) => provider === name)
}
