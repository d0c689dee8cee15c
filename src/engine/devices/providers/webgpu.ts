/** WebGPU on a GPU of any maker: over Vulkan on Linux, Direct3D on Windows, Metal on macOS. */
import { anyGpu, STEERING_OPERATORS, type ExecutionProvider } from './provider.ts'

export const webgpu: ExecutionProvider = {
  isBuiltFor: (platform, arch) => platform !== 'linux' || arch === 'x64',
  isInstalled: () => true,
  auto: 'with-gpu',
  gpusOf: anyGpu,
  devices: { kind: 'single', hint: 'onnxruntime takes the GPU that the system prefers; on Linux VK_ICD_FILENAMES chooses the driver.' },
  namesFirstDevice: false,
  sessionOption: () => 'webgpu',
  dtypes: ['float32', 'float16'],
  defaultDtype: 'float32',
  speedDtypes: ['float16', 'float32'],
  speedModel: 'by-gpu',
  torchDevice: 'cuda',
  attention: 'matrix-products',
  hasOwnMemory: true,
  runsQuantizedWeights: false,
  mayRunOnCpu: STEERING_OPERATORS,
  isMeasured: false,
  selfTestTolerance: 1e-4,
  hint: async () =>
    process.platform === 'linux'
      ? 'It runs through Vulkan: install its loader and the driver of the GPU. Debian, AMD or Intel: apt-get install libvulkan1 mesa-vulkan-drivers; NVIDIA: its own driver.'
      : 'Update the driver of the GPU.',
}
