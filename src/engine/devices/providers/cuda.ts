/** CUDA on NVIDIA GPUs. Its libraries are too large for npm and are installed apart. */
import { adviceText } from '../cuda-advice.ts'
import { adviseOnCuda, hasCudaProvider } from '../cuda-provider.ts'
import { STEERING_OPERATORS, type ExecutionProvider } from './provider.ts'

export const cuda: ExecutionProvider = {
  isBuiltFor: (platform, arch) => platform === 'linux' && arch === 'x64',
  isInstalled: hasCudaProvider,
  auto: 'with-gpu',
  gpusOf: (gpus, index) => gpus.filter(({ cudaIndex }) => cudaIndex === index),
  devices: { kind: 'numbered' },
  namesFirstDevice: true,
  sessionOption: (deviceId) => ({ name: 'cuda', deviceId }),
  dtypes: ['bfloat16', 'float16', 'float32'],
  defaultDtype: 'stored',
  speedDtypes: ['bfloat16'],
  speedModel: 'by-gpu',
  torchDevice: 'cuda',
  attention: 'matrix-products',
  hasOwnMemory: true,
  runsQuantizedWeights: false,
  mayRunOnCpu: STEERING_OPERATORS,
  isMeasured: false,
  selfTestTolerance: 1e-4,
  async hint(index) {
    const advice = await adviseOnCuda()
    return advice ? adviceText(advice) : `Is GPU ${index} in the list of nvidia-smi? It needs CUDA 12 or 13 and cuDNN 9: see docs/devices.md.`
  },
}
