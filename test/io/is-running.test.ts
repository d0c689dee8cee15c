import { expect, test } from 'vitest'
import { isRunning } from '../../src/io/is-running.ts'

test('this process runs; no process has an id beyond the largest of Linux', () =>
  expect([isRunning(process.pid), isRunning(2 ** 22 + 1)]).toEqual([true, false]))
