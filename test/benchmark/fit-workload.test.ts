import { expect, test } from 'vitest'
import { fitWorkload, type WorkloadFit } from '../../src/benchmark/fit-workload.ts'
import { modelSize } from '../../src/benchmark/model-size.ts'

const { config } = modelSize('1m')
const FIT: WorkloadFit = { name: 'piqa', config, itemCount: 400, milliseconds: 1000, peakGemmRate: 1e12 }

async function fit(changes: Partial<WorkloadFit>) {
  const leftOut: string[] = []
  const workload = await fitWorkload({ ...FIT, ...changes }, { leaveOut: (what, why) => void leftOut.push(`${what}: ${why}`) })
  return { itemCount: workload?.itemCount, leftOut }
}

test('a device that is fast enough, or whose rate is not known, scores all items', async () => {
  expect(await fit({ peakGemmRate: 1e15 })).toEqual({ itemCount: 400, leftOut: [] })
  expect(await fit({ peakGemmRate: null, milliseconds: 0 })).toEqual({ itemCount: 400, leftOut: [] })
})

test('a slower one scores as many items as it has time for', async () => {
  const slow = { peakGemmRate: 5e10 }
  const [once, twice] = [await fit({ ...slow, milliseconds: 300 }), await fit({ ...slow, milliseconds: 600 })]
  expect(once.itemCount).toBeGreaterThan(10)
  expect(twice.itemCount).toBeLessThan(400)
  expect(Math.abs(twice.itemCount! - 2 * once.itemCount!)).toBeLessThanOrEqual(1)
})

test('without time for a single item the workload is left out, and what one would take is said', async () => {
  const { itemCount, leftOut } = await fit({ peakGemmRate: 1e6 })
  expect(itemCount).toBeUndefined()
  expect(leftOut).toEqual([expect.stringMatching(/^PIQA: one item would take about \d+ s here$/u)])
})
