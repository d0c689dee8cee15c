/** What every execution provider must state, whichever are registered. */
import { expect, test } from 'vitest'
import type { ExecutionProvider } from '../../../../src/engine/devices/providers/provider.ts'
import { PROVIDERS } from '../../../../src/engine/devices/providers/registry.ts'

const providers: readonly (readonly [string, ExecutionProvider])[] = Object.entries(PROVIDERS)

test('the CPU is the only provider that auto tries last, and that every platform has', () => {
  expect(providers.filter(([, { auto }]) => auto === 'last').map(([name]) => name)).toEqual(['cpu'])
  expect(providers.filter(([, { isBuiltFor }]) => isBuiltFor('linux', 'arm64') && isBuiltFor('darwin', 'arm64')).map(([name]) => name)).toEqual(['cpu'])
})

test.each(providers)('%s computes in float32 and in its default type', (_, { dtypes, defaultDtype }) => {
  expect(dtypes).toContain('float32')
  if (defaultDtype !== 'stored') expect(dtypes).toContain(defaultDtype)
})

test.each(providers)('%s names itself in its session option', (name, { sessionOption, devices }) => {
  expect(sessionOption(2)).toEqual(devices.kind === 'numbered' ? { name, deviceId: 2 } : name)
})

test.each(providers.filter(([name]) => name !== 'cpu'))('%s lets only operators that steer fall back to the CPU, and no quantized weights', (_, provider) => {
  expect(provider.mayRunOnCpu).not.toBe('all')
  expect(provider).toMatchObject({ hasOwnMemory: true, attention: 'matrix-products', runsQuantizedWeights: false })
})
