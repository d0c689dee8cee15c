/** What `--device auto` means on a machine. */
import type { Adapter } from './gpus.ts'
import type { Device } from './device.ts'

const CPU: Device = { provider: 'cpu', index: 0 }

/**
 * Devices to try, the best first: CUDA where its provider has been fetched and an NVIDIA GPU is there, then WebGPU on a GPU of any maker, then the
 * CPU. A driver that computes on the CPU is no GPU: WebGPU over it is far slower than the CPU provider.
 */
export function devicesToTry(adapters: readonly Adapter[], hasCudaProvider: boolean): Device[] {
  const cuda = hasCudaProvider && adapters.some(({ cudaIndex }) => cudaIndex !== null)
  const webgpu = adapters.some(({ kind }) => kind === 'gpu')
  return [...(cuda ? [{ provider: 'cuda', index: 0 } as const] : []), ...(webgpu ? [{ provider: 'webgpu', index: 0 } as const] : []), CPU]
}
