import { expect, test } from 'vitest'
import { timeBudget } from '../../src/benchmark/time-budget.ts'
import { EngineError } from '../../src/errors.ts'

const silent = { onStep() {} }

test('what fails is noted with its hint, and the rest goes on', async () => {
  const budget = timeBudget(Infinity, silent)
  expect(
    await budget.step({ what: 'a', leastMs: 0 }, async () => {
      throw new EngineError('no kernel', 'Give another.')
    }),
  ).toBeUndefined()
  expect(await budget.step({ what: 'b', leastMs: 0 }, async () => 7)).toBe(7)
  expect(budget.failures).toEqual([{ what: 'a', reason: 'no kernel', hint: 'Give another.' }])
})

test('what would not end in time does not begin, and is named', async () => {
  const begun: string[] = []
  const budget = timeBudget(performance.now() + 1000, { onStep: (what) => begun.push(what) })
  expect(await budget.step({ what: 'long', leastMs: 2000 }, async () => 1)).toBeUndefined()
  expect(budget.leftOut).toEqual([{ what: 'long', why: 'no time left' }])
  expect(begun).toEqual([])
})

test('a bug is not a finding', async () => {
  await expect(
    timeBudget(Infinity, silent).step({ what: 'a', leastMs: 0 }, async () => {
      throw new TypeError('x is undefined')
    }),
  ).rejects.toThrow(TypeError)
})

test('what an interrupted benchmark did not do is named', async () => {
  const controller = new AbortController()
  const budget = timeBudget(Infinity, { ...silent, signal: controller.signal })
  const endless = budget.step({ what: 'a', leastMs: 0 }, () => new Promise<never>(() => {}))
  controller.abort()
  expect(await endless).toBeUndefined()
  expect(await budget.step({ what: 'b', leastMs: 0 }, async () => 1)).toBeUndefined()
  expect(budget.leftOut).toEqual(['a', 'b'].map((what) => ({ what, why: 'interrupted' })))
})
