import { expect, test } from 'vitest'
import { chanceOf } from '../../src/compare/chance.ts'
import { choiceTask } from '../stored-runs.ts'

/** Items with the choices no and yes, of which two in three are yes. */
const classes = (count: number) =>
  choiceTask(
    'boolq',
    Array.from({ length: count }, () => 1),
  ).items!.map((item, index) => ({
    ...item,
    target: index % 6 < 4 ? '1' : '0',
    requests: [' no', ' yes'].map((continuation) => ({ context: '', continuation, logProb: -1 })),
  }))

test('is the majority class if answers are classes', () => {
  expect(chanceOf('mine', classes(24))).toEqual({ uniform: 0.5, majority: 4 / 6, baseline: 4 / 6 })
})

test('of fewer than 20 items is the published split’s: one item has a majority of all', () => {
  expect([chanceOf('boolq', classes(1))!.baseline, chanceOf('mine', classes(1))!.baseline]).toEqual([2033 / 3270, 0.5])
})

test('is uniform if choices are their items’ own', () => {
  const { items } = choiceTask(
    'piqa',
    Array.from({ length: 24 }, () => 1),
  )
  expect(chanceOf('piqa', items)).toEqual({ uniform: 0.5, majority: null, baseline: 0.5 })
})

test('of items with several right choices counts each of them', () => {
  const [three, two] = classes(2).map((item) => ({ ...item, requests: [...item.requests, ...item.requests] }))
  expect(
    chanceOf('mine', [
      { ...three!, target: '[0, 2, 3]' },
      { ...two!, target: '[1]' },
    ])!.uniform,
  ).toBe((3 / 4 + 1 / 4) / 2)
})

test('of letters is uniform: they are positions', () => {
  const letters = classes(24).map((item) => ({ ...item, requests: item.requests.map((request, index) => ({ ...request, continuation: ` ${'AB'[index]}` })) }))
  expect(chanceOf('mine', letters)!.majority).toBeNull()
})

test('is the published split’s without items, and unknown for other tasks and without choices', () => {
  expect(chanceOf('piqa', null)).toEqual({ uniform: 0.5, majority: null, baseline: 0.5 })
  expect(chanceOf('mine', null)).toBeNull()
  expect(chanceOf('mine', [{ ...classes(1)[0]!, requests: [] }])).toBeNull()
})
