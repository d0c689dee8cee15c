import { expect, test } from 'vitest'
import { measureSpeed, summarize } from '../../src/benchmark/measure-speed.ts'
import { syntheticWorkload } from '../../src/benchmark/workload.ts'
import { fakeEngine } from '../fake-engine.ts'

const workload = { name: 'piqa', title: 'PIQA', source: 'synthetic', itemCount: 3, tokensAsked: 300, tokensDistinct: 100 } as const
const batch = (seconds: number) => ({ tokens: 50, operations: 1e9, seconds })

test('the first round warms up and does not count if there is another', () => {
  const found = summarize(
    [
      [batch(9), batch(8)],
      [batch(1), batch(1)],
    ],
    workload,
  )
  expect(found).toMatchObject({
    batches: 2,
    seconds: 2,
    tokensComputed: 100,
    tokensPerSecond: 50,
    tokensAskedPerSecond: 150,
    operationsPerSecond: 1e9,
  })
})

test('of one round the first batch does not count, if there are more', () => {
  expect(summarize([[batch(9), batch(2)]], workload)).toMatchObject({ batches: 1, seconds: 2 })
  expect(summarize([[batch(9)]], workload)).toMatchObject({ batches: 1, seconds: 9 })
  expect(summarize([[]], workload)).toBeNull()
})

test('no batch begins after the deadline', async () => {
  const found = await measureSpeed(fakeEngine({ batchTokens: 100 }), syntheticWorkload('piqa', 50, 1000), performance.now())
  expect(found).toMatchObject({ batches: 1 })
})
