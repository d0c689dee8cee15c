/** What the program knows of an execution provider of onnxruntime: one file here for each, listed in registry.ts. */
import type { Dtype } from '../dtype.ts'
import type { Gpu } from '../gpus.ts'

/** A provider as onnxruntime-node takes it: its name, or name and device. */
export type ProviderOption = string | { readonly name: string; readonly deviceId: number }

/** An execution provider. */
export interface ExecutionProvider {
  /** Whether onnxruntime-node's package, or what it downloads, has the provider for a platform. */
  readonly isBuiltFor: (platform: NodeJS.Platform, arch: string) => boolean
  /** Whether its libraries are installed, as far as that can be seen without loading them. */
  readonly isInstalled: () => boolean
  /** When `--device auto` tries it: with one of its GPUs found, or after all others, or never. */
  readonly auto: 'with-gpu' | 'last' | 'never'
  /** Which GPUs of the machine the provider's device `index` can be, the likeliest first; more than one if onnxruntime chooses. */
  readonly gpusOf: (gpus: readonly Gpu[], index: number) => readonly Gpu[]
  /** Whether it has several devices, which `--device` numbers; if not, what to do instead of giving a number. */
  readonly devices: { readonly kind: 'numbered' } | { readonly kind: 'single'; readonly hint: string }
  /** How its device is called when it is the first: `cuda:0` or `webgpu`. */
  readonly namesFirstDevice: boolean
  /** The session option of onnxruntime-node for the device `index`. */
  readonly sessionOption: (index: number) => ProviderOption
  /** Number types that it has all kernels for. */
  readonly dtypes: readonly Dtype[]
  /** The type if none is asked for: one of `dtypes`, or the type of the stored weights. */
  readonly defaultDtype: Dtype | 'stored'
  /** Types in which `doctor --benchmark` measures its speed: the first that works. */
  readonly speedDtypes: readonly Dtype[]
  /** Size of the random model whose speed it measures: a fixed one, or the largest that fits the GPU. */
  readonly speedModel: '135m' | 'by-gpu'
  /** Torch's device that `doctor --benchmark` compares its speed with. */
  readonly torchDevice: 'cpu' | 'cuda'
  /**
   * How the graph computes attention. `kv-cache`: a batch goes through the model in passes, and each passes keys and values on to the next, in loops over rows
   * (ADR 14). `matrix-products`: a batch is one pass, and attention is matrix products over chunks of rows, without a loop (ADR 10).
   */
  readonly attention: 'kv-cache' | 'matrix-products'
  /** Whether it computes in memory of its own. Then `--memory` cannot bound it, and batches grow with the device's memory. */
  readonly hasOwnMemory: boolean
  /** Whether the operators for quantized weights have been checked on it. */
  readonly runsQuantizedWeights: boolean
  /** Operators that may fall back to the CPU besides arithmetic on shapes; any other fails the load. `all` for the CPU itself. */
  readonly mayRunOnCpu: 'all' | ReadonlySet<string>
  /** Whether numbers and speed have been measured on the hardware that it is for; docs/devices.md says what is known of the others. */
  readonly isMeasured: boolean
  /** How far the self-test's f32 log-likelihood may be from the float64 reference, in nats a token. */
  readonly selfTestTolerance: number
  /** What to do if the device cannot be used. */
  readonly hint: (index: number) => Promise<string>
}

/** Operators that only run what is inside them where that is placed, or move data: harmless on the CPU. */
export const STEERING_OPERATORS: ReadonlySet<string> = new Set(['Loop', 'If', 'Scan', 'MemcpyFromHost', 'MemcpyToHost'])

/** All GPUs, of a provider that takes the one that the system prefers; emulated ones only if there is no other. */
export function anyGpu(gpus: readonly Gpu[]): readonly Gpu[] {
  const real = gpus.filter(({ kind }) => kind === 'gpu')
  return real.length > 0 ? real : gpus
}
