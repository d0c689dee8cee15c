import { expect, test } from 'vitest'
import { adviceText, cudaAdvice, type CudaFacts } from '../../../src/engine/devices/cuda-advice.ts'
import { parseDriver, parseProvider, withCudnn } from '../../../src/engine/devices/cuda-provider.ts'

const LOCATIONS = {
  folder: 'node_modules/onnxruntime-node/bin/napi-v6/linux/x64',
  installScript: 'node_modules/onnxruntime-node/script/install.js',
  version: '1.30.0',
}
const NUGET = 'node node_modules/onnxruntime-node/script/install.js --onnxruntime-node-install=cuda12'
const WHEEL = [
  'pip download --no-deps --only-binary=:all: --python-version 3.12 --platform manylinux_2_27_x86_64 --platform manylinux_2_28_x86_64 --dest onnxruntime-gpu-wheel onnxruntime-gpu==1.30.0',
  "unzip -o -j onnxruntime-gpu-wheel/onnxruntime_gpu-1.30.0-*.whl 'onnxruntime/capi/libonnxruntime_providers_cuda.so' 'onnxruntime/capi/libonnxruntime_providers_shared.so' -d 'node_modules/onnxruntime-node/bin/napi-v6/linux/x64'",
  'rm -r onnxruntime-gpu-wheel',
]
const CUDA_12 = ['libcudart.so.12', 'libcublas.so.12', 'libcudnn.so.9']
const CUDA_13 = ['libcudart.so.13', 'libcublas.so.13', 'libcudnn.so.9']
const complete = { missing: [] }

test.each<[string, Partial<CudaFacts>, string, readonly string[]]>([
  ['no driver', { driver: null }, 'no NVIDIA driver is loaded; CUDA 13 needs version 580 or newer, CUDA 12 version 525 or newer', []],
  [
    'the provider of the wheel without a driver',
    { driver: null, provider: { cuda: 13, missing: ['libcublas.so.13', 'libcuda.so.1', 'libcudnn.so.9'] } },
    'no NVIDIA driver is loaded; CUDA 13 needs version 580 or newer, CUDA 12 version 525 or newer; the provider is installed, and the loader does not find libcublas.so.13, libcudnn.so.9',
    ['apt-get install cuda-libraries-13-0', 'apt-get install libcudnn9-cuda-13'],
  ],
  ['an old driver', { driver: '470.256.02' }, 'the NVIDIA driver 470.256.02 is too old: update it to 580 or newer', []],
  ['CUDA 13', { libraries: CUDA_13 }, 'the provider is not installed; CUDA 13 fits (driver 580.65.06, found CUDA 13)', WHEEL],
  ['CUDA 12', { driver: '550.54.15', libraries: CUDA_12 }, 'the provider is not installed; CUDA 12 fits (driver 550.54.15, found CUDA 12)', [NUGET]],
  ['CUDA 12 under a new driver', { libraries: CUDA_12 }, 'the provider is not installed; CUDA 12 fits (driver 580.65.06, found CUDA 12)', [NUGET]],
  ['both', { libraries: [...CUDA_12, ...CUDA_13] }, 'the provider is not installed; CUDA 13 fits (driver 580.65.06, found CUDA 12 and 13)', WHEEL],
  [
    'CUDA 13 under a driver for 12',
    { driver: '550.54.15', libraries: CUDA_13 },
    'the provider is not installed; CUDA 12 fits (driver 550.54.15, found CUDA 13)',
    [NUGET],
  ],
  ['a driver alone', {}, 'the provider is not installed; CUDA 13 fits (driver 580.65.06, no CUDA libraries found)', WHEEL],
  [
    'the provider for 12 beside CUDA 13',
    { libraries: CUDA_13, provider: { cuda: 12, missing: ['libcublas.so.12', 'libcudart.so.12'] } },
    'the installed provider is for CUDA 12; CUDA 13 fits (driver 580.65.06, found CUDA 13)',
    WHEEL,
  ],
  [
    'the provider for 13 beside CUDA 12',
    { libraries: CUDA_12, provider: { cuda: 13, missing: ['libcublas.so.13'] } },
    'the installed provider is for CUDA 13; CUDA 12 fits (driver 580.65.06, found CUDA 12)',
    [NUGET],
  ],
  [
    'no cuDNN',
    { libraries: CUDA_13.slice(0, 2), provider: { cuda: 13, missing: ['libcudnn.so.9'] } },
    'the loader does not find libcudnn.so.9',
    ['apt-get install libcudnn9-cuda-13'],
  ],
  [
    'a toolkit that the loader does not see',
    {
      otherFolders: [{ folder: '/usr/local/cuda-13.0/lib64', libraries: ['libcudart.so.13', 'libcublas.so.13'] }],
      provider: { cuda: 13, missing: ['libcudart.so.13'] },
    },
    'the loader does not find libcudart.so.13',
    ['export LD_LIBRARY_PATH=/usr/local/cuda-13.0/lib64:$LD_LIBRARY_PATH'],
  ],
  [
    'the provider of the wheel, with libraries in the toolkit, in pip’s packages and nowhere',
    {
      libraries: ['libcudart.so.13'],
      otherFolders: [
        { folder: '/usr/local/cuda-13.0/lib64', libraries: ['libcudart.so.13'] },
        { folder: '/venv/lib/python3.12/site-packages/nvidia/cu13/lib', libraries: ['libcublas.so.13', 'libcublasLt.so.13'] },
        { folder: '/venv/lib/python3.12/site-packages/nvidia/cudnn/lib', libraries: ['libcudnn.so.9'] },
      ],
      provider: { cuda: 13, missing: ['libcublasLt.so.13', 'libcublas.so.13', 'libcurand.so.10', 'libcudnn.so.9'] },
    },
    'the loader does not find libcublasLt.so.13, libcublas.so.13, libcurand.so.10, libcudnn.so.9',
    [
      'export LD_LIBRARY_PATH=/venv/lib/python3.12/site-packages/nvidia/cu13/lib:/venv/lib/python3.12/site-packages/nvidia/cudnn/lib:$LD_LIBRARY_PATH',
      'apt-get install cuda-libraries-13-0',
    ],
  ],
  [
    'a container without the driver’s library',
    { libraries: CUDA_13, provider: { cuda: 13, missing: ['libcuda.so.1'] } },
    'the loader does not find libcuda.so.1',
    ['docker run --gpus all …'],
  ],
  [
    'no libraries at all',
    { provider: { cuda: 12, missing: ['libcublas.so.12', 'libcudnn.so.9'] } },
    'the loader does not find libcublas.so.12, libcudnn.so.9',
    ['apt-get install cuda-libraries-12-0', 'apt-get install libcudnn9-cuda-12'],
  ],
])('%s: what is so, and the commands', (_name, facts, finding, commands) => {
  expect(cudaAdvice({ driver: '580.65.06', libraries: [], otherFolders: [], provider: null, ...facts }, LOCATIONS)).toEqual({ finding, commands })
})

test.each([
  [13, CUDA_13],
  [12, CUDA_12],
])('CUDA %i with its provider and its libraries needs nothing', (cuda, libraries) => {
  expect(cudaAdvice({ driver: '580.65.06', libraries, otherFolders: [], provider: { cuda, ...complete } }, LOCATIONS)).toBeNull()
})

test('advice is one line in a hint', () => {
  expect(adviceText({ finding: 'the provider is not installed', commands: ['a', 'b'] })).toBe('The provider is not installed. Run: a && b')
  expect(adviceText({ finding: 'no NVIDIA driver is loaded', commands: [] })).toBe('No NVIDIA driver is loaded.')
})

test('the version of the driver, of both kinds of kernel module', () => {
  expect(parseDriver('NVRM version: NVIDIA UNIX x86_64 Kernel Module  550.54.15  Tue Mar  5 22:23:56 UTC 2024\nGCC version:  gcc 12')).toBe('550.54.15')
  expect(parseDriver('NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  580.65.06  Release Build  (dvs-builder)\n')).toBe('580.65.06')
  expect(parseDriver('580.65.06\n')).toBe('580.65.06')
  expect(parseDriver('')).toBeNull()
})

test('ldd’s output for the provider of the wheel: for CUDA 13, four libraries are missing, and cuDNN is loaded later', () => {
  const listed = `\tlinux-vdso.so.1 (0x00007fcbe7159000)
\tlibcublasLt.so.13 => not found
\tlibcublas.so.13 => not found
\tlibcurand.so.10 => not found
\tlibcudart.so.13 => /usr/local/cuda-13.0/lib/libcudart.so.13 (0x00007fcbd2a00000)
\tlibcuda.so.1 => not found
\tlibdl.so.2 => /lib/x86_64-linux-gnu/libdl.so.2 (0x00007fcbe7141000)
`
  const provider = parseProvider(listed)
  const missing = ['libcublasLt.so.13', 'libcublas.so.13', 'libcurand.so.10', 'libcuda.so.1']
  expect(provider).toEqual({ cuda: 13, missing })
  expect(withCudnn(provider, ['libcudart.so.13'])).toEqual({ cuda: 13, missing: [...missing, 'libcudnn.so.9'] })
  expect(withCudnn(provider, ['libcudnn.so.9'])).toEqual(provider)
  expect(withCudnn({ cuda: 12, missing: ['libcudnn.so.9'] }, [])).toEqual({ cuda: 12, missing: ['libcudnn.so.9'] })
})
