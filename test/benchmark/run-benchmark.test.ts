import { expect, test } from 'vitest'
import type { NumbersRecord } from '../../src/benchmark/check-numbers.ts'
import type { BenchmarkRecord, DeviceRecord } from '../../src/benchmark/record.ts'
import { benchmarkPassed } from '../../src/benchmark/run-benchmark.ts'

const works = { device: 'cpu', works: true, difference: 0, elapsedMs: 1, warnings: [] } as const
const absent = { device: 'cuda:0', works: false, isWrong: false, reason: 'no driver', hint: 'Install it.' } as const
const device = (selfTest: DeviceRecord['selfTest'], isRight = true) => ({ selfTest, numbers: [{ isRight } as NumbersRecord] }) as unknown as DeviceRecord
const record = (...devices: readonly DeviceRecord[]) => ({ runtime: { works: true, version: '1', providers: [] }, devices }) as unknown as BenchmarkRecord

test('a device that is not there fails only if it was named', () => {
  expect(benchmarkPassed(record(device(works), device(absent)), false)).toBe(true)
  expect(benchmarkPassed(record(device(works), device(absent)), true)).toBe(false)
  expect(benchmarkPassed(record(device(absent)), false)).toBe(false)
})

test('wrong numbers fail always', () => {
  expect(benchmarkPassed(record(device(works), device({ ...absent, isWrong: true })), false)).toBe(false)
  expect(benchmarkPassed(record(device(works, false)), false)).toBe(false)
})

test('a runtime that does not work fails', () => {
  expect(benchmarkPassed({ ...record(), runtime: { works: false, reason: 'musl' } }, false)).toBe(false)
})
