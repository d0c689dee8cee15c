/** The whole benchmark on the CPU, beside transformers if it is installed. */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import type { BenchmarkRecord } from '../../src/benchmark/record.ts'
import { WORKLOADS } from '../../src/benchmark/workload.ts'
import { evalharness } from '../program.ts'
import { temporaryFolder } from '../temporary-folder.ts'

test('the CPU computes the reference values, and every workload has a rate', async () => {
  const file = path.join(temporaryFolder(), 'cpu.json')
  const { code } = await evalharness('doctor', '--benchmark', '--device', 'cpu', '--model-size', '1m', '--items', '4', '--budget', '300', '--json', file)
  expect(code).toBe(0)
  const [cpu] = (JSON.parse(readFileSync(file, 'utf8')) as BenchmarkRecord).devices
  expect(cpu!.failures).toEqual([])
  expect(cpu!.numbers.map(({ name, isRight }) => [name, isRight])).toEqual(['llama', 'mistral', 'qwen2', 'qwen3', 'built-in tasks'].map((name) => [name, true]))
  const { workloads, peakGemmRate, weightBytes } = cpu!.speed!
  expect(peakGemmRate).toBeGreaterThan(1e8)
  expect(weightBytes).toBeGreaterThan(1e6)
  expect(workloads.map(({ name }) => name)).toEqual([...WORKLOADS])
  for (const { tokensPerSecond, tokensAskedPerSecond, rooflineShare } of workloads) {
    expect(tokensPerSecond).toBeGreaterThan(1)
    expect(tokensAskedPerSecond).toBeGreaterThanOrEqual(tokensPerSecond)
    expect(rooflineShare).toBeGreaterThan(0)
  }
})

test('suspects are timed, and forms of attention agree', async () => {
  const args = ['--device', 'cpu', '--model-size', '1m', '--budget', '300', '--suspects', 'attention,head,batch', '--json']
  const { code, out } = await evalharness('doctor', '--benchmark', ...args)
  expect(code).toBe(0)
  const [cpu] = (JSON.parse(out) as BenchmarkRecord).devices
  expect(cpu!.suspects.filter(({ problem }) => problem !== null)).toEqual([])
  expect(new Set(cpu!.suspects.map(({ suspect }) => suspect))).toEqual(new Set(['attention', 'head', 'batch']))
  for (const { suspect, difference, milliseconds, tokensPerSecond } of cpu!.suspects) {
    expect(milliseconds ?? tokensPerSecond).toBeGreaterThan(0)
    if (suspect === 'attention') expect(difference).toBeLessThan(1e-5)
  }
})
