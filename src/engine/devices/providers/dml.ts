/** DirectML on Windows, on a GPU of any maker. `auto` takes WebGPU there. */
import { anyGpu, STEERING_OPERATORS, type ExecutionProvider } from './provider.ts'

export const dml: ExecutionProvider = {
  isBuiltFor: (platform) => platform === 'win32',
  isInstalled: () => true,
  auto: 'never',
  gpusOf: anyGpu,
  devices: { kind: 'numbered' },
  namesFirstDevice: false,
  sessionOption: (deviceId) => ({ name: 'dml', deviceId }),
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
  hint: async () => 'Give another --device.',
}
