import { expect, test } from 'vitest'
import { coreml } from '../../../../src/engine/devices/providers/coreml.ts'

test('Core ML is for macOS, and is taken only by name', () => {
  expect([coreml.isBuiltFor('darwin', 'arm64'), coreml.isBuiltFor('linux', 'x64'), coreml.auto]).toEqual([true, false, 'never'])
})
