import { expect, test } from 'vitest'
import { places, rendezvous } from '../../../src/engine/joint/rendezvous.ts'

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

test('works in one place run one after another, also behind one that fails', async () => {
  const one = places(1)
  const steps: string[] = []
  const failing = one.run(async () => {
    steps.push('begins')
    await Promise.resolve()
    throw new Error('fails')
  })
  const next = one.run(async () => steps.push('next'))
  expect(one.isIdle()).toBe(false)
  await expect(failing).rejects.toThrow('fails')
  await next
  expect(steps).toEqual(['begins', 'next'])
  expect(one.isIdle()).toBe(true)
})

test('a work takes the place that it prefers if it is free, any other one if not, and waits if there is none', async () => {
  const two = places(2)
  const ends: (() => void)[] = []
  const taken: number[] = []
  const work = (place: number) =>
    new Promise<void>((resolve) => {
      taken.push(place)
      ends.push(resolve)
    })
  const isSecond = (place: number) => place === 1
  const running = [two.run(work, isSecond), two.run(work, isSecond), two.run(work)]
  await Promise.resolve()
  expect(taken).toEqual([1, 0])
  ends[0]!()
  await running[0]
  await new Promise((resolve) => setImmediate(resolve))
  expect(taken).toEqual([1, 0, 1])
  for (const end of ends) end()
  await Promise.all(running)
  expect(two.isIdle()).toBe(true)
})
