import { readdirSync } from 'node:fs'
import { afterEach, expect, test, vi } from 'vitest'
import { diagnoseRuntime } from '../../src/engine/self-test.ts'
import { temporaryFolder } from '../tiny-model.ts'

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
