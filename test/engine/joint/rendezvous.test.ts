import { expect, test } from 'vitest'
import { inTurn, rendezvous } from '../../../src/engine/joint/rendezvous.ts'

test('all are there when the last has arrived or left', async () => {
  const steps: string[] = []
  const point = rendezvous([0, 1, 2])
  void point.all.then(() => steps.push('all'))
  point.arrive(0)
  point.leave(2)
  await Promise.resolve()
  steps.push('two')
  point.arrive(1)
  await point.all
  expect(steps).toEqual(['two', 'all'])
})

test('works run one after another, also behind one that fails', async () => {
  const turns = inTurn()
  const steps: string[] = []
  const failing = turns.run(async () => {
    steps.push('begins')
    await Promise.resolve()
    throw new Error('fails')
  })
  const next = turns.run(async () => steps.push('next'))
  expect(turns.isIdle()).toBe(false)
  await expect(failing).rejects.toThrow('fails')
  await next
  expect(steps).toEqual(['begins', 'next'])
  await new Promise((resolve) => setImmediate(resolve))
  expect(turns.isIdle()).toBe(true)
})
