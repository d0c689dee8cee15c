import { readdirSync } from 'node:fs'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { diagnoseRuntime } from '../../../src/engine/devices/self-test.ts'
import { isOutOfMemory } from '../../../src/engine/onnx/session-process.ts'
import { temporaryFolder } from '../../temporary-folder.ts'

/** If one of these is set, onnxruntime assumes a build server and sends no telemetry. */
const BUILD_SERVERS =
  'CI TF_BUILD GITHUB_ACTIONS GITLAB_CI CIRCLECI TRAVIS JENKINS_URL CODEBUILD_BUILD_ID BUILDKITE TEAMCITY_VERSION APPVEYOR BITBUCKET_BUILD_NUMBER'.split(' ')

beforeEach(() => {
  for (const name of BUILD_SERVERS) vi.stubEnv(name, undefined)
})
afterEach(() => void vi.unstubAllEnvs())

/** A file that onnxruntime's telemetry writes at start, on Linux. */
async function telemetryFiles(): Promise<string[]> {
  const folder = temporaryFolder()
  vi.stubEnv('TMPDIR', folder)
  expect(await diagnoseRuntime()).toMatchObject({ works: true })
  return readdirSync(folder).filter((name) => name.startsWith('mat-debug'))
}

test('onnxruntime reports nothing of its use, and leaves no log of that', async () => {
  expect(await telemetryFiles()).toEqual([])
})

test.skipIf(process.platform !== 'linux')('telemetry starts if the user enables it', async () => {
  vi.stubEnv('ORT_DISABLE_TELEMETRY', '0')
  expect(await telemetryFiles()).not.toEqual([])
})

test.each([
  'std::bad_alloc',
  'Failed to allocate memory for requested buffer of size 536870912',
  'CUDA failure 2: out of memory ; GPU=0 ; hostname=x ; expr=cudaMalloc((void**)&p, size);',
  'Available memory of 1024 is smaller than requested bytes of 536870912',
  'CUBLAS failure 3: CUBLAS_STATUS_ALLOC_FAILED ; GPU=0 ; expr=cublasCreate(&cublas_handle_);',
  'CUDNN failure 4001: CUDNN_STATUS_INTERNAL_ERROR_DEVICE_ALLOCATION_FAILED',
])('%s: memory ran out', (message) => {
  expect(isOutOfMemory(message)).toBe(true)
  expect(isOutOfMemory('CUDA failure 700: an illegal memory access was encountered')).toBe(false)
})
