import { expect, test } from 'vitest'
import { estimateTable } from '../../src/benchmark/estimate.ts'
import type { Speed } from '../../src/benchmark/measure-speed.ts'
import { modelSize } from '../../src/benchmark/model-size.ts'

const speed = (name: Speed['name'], tokensPerSecond: number) => ({ name, tokensPerSecond }) as Speed

test('each benchmark takes the rate of the requests that are like its own, twice for two models', () => {
  const found = estimateTable([speed('piqa', 10_000), speed('hellaswag', 20_000), speed('mmlu', 25_000), speed('wikitext', 30_000)], modelSize('8b').config)
  expect(found).toMatchObject({ tokens: 7_606_290, isScaled: false })
  expect(found!.seconds).toBeCloseTo(2 * (81_981 / 10_000 + (441_194 + 1_546_443) / 20_000 + 1_375_632 / 25_000 + 357_895 / 30_000), 6)
})

test('what was not measured takes the slowest rate, and a smaller model is scaled by operations', () => {
  const large = estimateTable([speed('mmlu', 1000)], modelSize('8b').config)!
  const small = estimateTable([speed('mmlu', 1000)], modelSize('135m').config)!
  expect(large.seconds).toBeCloseTo(7606.29, 2)
  expect(small.isScaled).toBe(true)
  // Operations of all projections: 36 × 2 × (2 × 4096 × 128 × 40 + 3 × 4096 × 12288) against 30 × 2 × (2 × 576 × 64 × 12 + 3 × 576 × 1536).
  expect(small.seconds / large.seconds).toBeCloseTo((36 * (41_943_040 + 150_994_944)) / (30 * (884_736 + 2_654_208)), 6)
  expect(estimateTable([], modelSize('8b').config)).toBeNull()
})
