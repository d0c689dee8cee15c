import { expect, test } from 'vitest'
import { dml } from '../../../../src/engine/devices/providers/dml.ts'

test('DirectML is for Windows, and is taken only by name', () => {
  expect([dml.isBuiltFor('win32', 'x64'), dml.isBuiltFor('linux', 'x64'), dml.auto]).toEqual([true, false, 'never'])
})
