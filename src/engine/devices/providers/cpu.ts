/** The processor. */
import type { ExecutionProvider } from './provider.ts'

/** It has no matrix product in bfloat16, and float16 is slower than float32. */
export const cpu: ExecutionProvider = {
  isBuiltFor: () => true,
  isInstalled: () => true,
  auto: 'last',
  gpusOf: () => [],
  devices: { kind: 'single', hint: 'Give cpu.' },
  namesFirstDevice: false,
  sessionOption: () => 'cpu',
  dtypes: ['float32'],
  defaultDtype: 'float32',
  speedDtypes: ['float32'],
  speedModel: '135m',
  torchDevice: 'cpu',
  attention: 'kv-cache',
  hasOwnMemory: false,
  runsQuantizedWeights: true,
  mayRunOnCpu: 'all',
  isMeasured: true,
  selfTestTolerance: 1e-4,
  hint: async () => 'Give another --device.',
}
