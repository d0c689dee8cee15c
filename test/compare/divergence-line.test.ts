import { expect, test } from 'vitest'
import { compareRuns } from '../../src/compare/compare-runs.ts'
import type { StoredRun, StoredTask } from '../../src/store/stored-run.ts'
import { choiceTask, storedRun } from '../stored-runs.ts'

const OUTCOMES = Array.from({ length: 12 }, () => 1)

/** Items of two positions; of the first `changed` items both have another most likely token at one. */
function diverging(name: string, kl: number, changed = 0, weightsHash = 'aa'): StoredTask {
  const task = choiceTask(name, OUTCOMES)
  const items = task.items!.map((item, index) => ({
    ...item,
    divergence: { kl: [kl, kl * (index + 1)], isSameTop: [true, index >= changed], original: [-1], variant: [-1.5], choices: 0.25 },
  }))
  return { ...task, items, divergenceFrom: { label: 'original', weightsHash } }
}

const original = storedRun('original', [choiceTask('piqa', OUTCOMES), choiceTask('boolq', OUTCOMES)])
const linesOf = (...variants: StoredRun[]) => compareRuns(original, variants).divergences

test('a line a task and one over all, from the items of the variant’s run', () => {
  const lines = linesOf(storedRun('nf4', [diverging('piqa', 0.1), diverging('boolq', 0.2)]))
  expect(lines.map(({ task }) => task)).toEqual(['piqa', 'boolq', null])
  const [piqa, , all] = lines.map(({ cells }) => cells[0]!)
  expect(piqa).toMatchObject({ itemCount: 12, positionCount: 24, kl: { value: expect.closeTo(0.375, 10), max: expect.closeTo(1.2, 10) } })
  expect(all).toMatchObject({ itemCount: 24, positionCount: 48, kl: { value: expect.closeTo(0.5625, 10) }, choices: { value: 0.25 } })
  const [low, high] = piqa!.klInterval!
  expect(low).toBeGreaterThan(0.1)
  expect(low).toBeLessThan(0.375)
  expect(high).toBeGreaterThan(0.375)
})

test('the share of equal most likely tokens has an interval that is not empty even if all are equal', () => {
  const [all, some] = [0, 6].map((changed) => linesOf(storedRun('nf4', [diverging('piqa', 0.1, changed)]))[0]!.cells[0]!)
  expect(all!.sameTop.value).toBe(1)
  expect(all!.sameTopInterval![0]).toBeLessThan(0.8)
  expect(all!.sameTopInterval![1]).toBe(1)
  expect(some!.sameTop.value).toBe(0.75)
  expect(some!.sameTopInterval![0]).toBeLessThan(0.75)
  expect(some!.sameTopInterval![1]).toBeGreaterThan(0.75)
})

test('items of very unequal sizes have the interval of a ratio of means by Student’s t', () => {
  const task = diverging('piqa', 0.1, 6)
  const [first, ...others] = task.items!
  const long = { ...first!.divergence!, kl: Array.from({ length: 40 }, () => 0.1), isSameTop: Array.from({ length: 40 }, (_, index) => index % 4 > 0) }
  const [line] = linesOf(storedRun('nf4', [{ ...task, items: [{ ...first!, divergence: long }, ...others] }]))
  const { sameTop, sameTopInterval } = line!.cells[0]!
  // 30 of 40, and 17 of 22.
  expect(sameTop.value).toBeCloseTo(47 / 62, 12)
  expect(sameTopInterval![0]).toBeGreaterThan(0.3)
  expect(sameTopInterval![0]).toBeLessThan(sameTop.value)
  expect(sameTopInterval![1]).toBeGreaterThan(sameTop.value)
})

test('one item gives no interval', () => {
  const [item] = diverging('piqa', 0.1).items!
  const task = { ...diverging('piqa', 0.1), items: [item!], itemCount: 1, rowCount: 1 }
  const before = storedRun('original', [choiceTask('piqa', [1])])
  const cell = compareRuns(before, [storedRun('nf4', [task])]).divergences[0]!.cells[0]!
  expect(cell).toMatchObject({ itemCount: 1, klInterval: null, sameTopInterval: null })
})

test('no line without divergences, and none from another original', () => {
  expect(linesOf(storedRun('nf4', [choiceTask('piqa', OUTCOMES)]))).toEqual([])
  expect(linesOf(storedRun('nf4', [diverging('piqa', 0.1, 0, 'other')]))).toEqual([])
})
