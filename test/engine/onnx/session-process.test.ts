import { readdirSync } from 'node:fs'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { diagnoseRuntime } from '../../../src/engine/devices/self-test.ts'
import { temporaryFolder } from '../../temporary-folder.ts'

/** Where one of these is set, onnxruntime takes the machine for a build server and reports nothing, whoever starts it. */
const BUILD_SERVERS =
  'CI TF_BUILD GITHUB_ACTIONS GITLAB_CI CIRCLECI TRAVIS JENKINS_URL CODEBUILD_BUILD_ID BUILDKITE TEAMCITY_VERSION APPVEYOR BITBUCKET_BUILD_NUMBER'.split(' ')

beforeEach(() => {
  for (const name of BUILD_SERVERS) vi.stubEnv(name, undefined)
})
afterEach(() => void vi.unstubAllEnvs())

/** What onnxruntime's telemetry writes as soon as it is started, on Linux. */
async function telemetryFiles(): Promise<string[]> {
  const folder = temporaryFolder()
  vi.stubEnv('TMPDIR', folder)
  expect(await diagnoseRuntime()).toMatchObject({ works: true })
  return readdirSync(folder).filter((name) => name.startsWith('mat-debug'))
}

test('onnxruntime reports nothing of its use, and leaves no log of that', async () => {
  expect(await telemetryFiles()).toEqual([])
})

test.skipIf(process.platform !== 'linux')('it would, if it were not told: whoever wants that says so', async () => {
  vi.stubEnv('ORT_DISABLE_TELEMETRY', '0')
  expect(await telemetryFiles()).not.toEqual([])
})
