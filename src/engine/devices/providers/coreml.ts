/** Core ML on macOS. `auto` takes WebGPU there. */
import { anyGpu, STEERING_OPERATORS, type ExecutionProvider } from './provider.ts'

export const coreml: ExecutionProvider = {
  isBuiltFor: (platform) => platform === 'darwin',
  isInstalled: () => true,
  auto: 'never',
  gpusOf: anyGpu,
  devices: { kind: 'single', hint: 'Give coreml.' },
  namesFirstDevice: false,
  sessionOption: () => 'coreml',
  dtypes: ['float32'],
  defaultDtype: 'float32',
  speedDtypes: ['float32'],
  speedModel: '135m',
  torchDevice: 'cuda',
  attention: 'matrix-products',
  hasOwnMemory: true,
  runsQuantizedWeights: false,
  mayRunOnCpu: STEERING_OPERATORS,
  isMeasured: false,
  selfTestTolerance: 1e-4,
  hint: async () => 'Give another --device.',
}
