import { expect, test } from 'vitest'
import { checkWeighing } from '../../../src/gate/sequential/check-weighing.ts'
import { baselineValues, populationOf } from '../../../src/gate/sequential/population.ts'
import { ruleTrack } from '../../../src/gate/sequential/rule-track.ts'
import type { Task } from '../../../src/task/define-task.ts'
import { choiceTask, storedRun } from '../../stored-runs.ts'

// Every score is 1, so the stored ones do not show how the group weighs.
const parts = [choiceTask('mine_a', [1, 1, 1, 1]), choiceTask('mine_b', [1])]
const groups = ['mine', 'mine_part', 'other'].map((name) => ({
  name,
  version: '1',
  shotCount: 0,
  scores: [{ metric: 'acc', value: 1, standardError: null }],
  members: ['mine_a', 'mine_b'],
}))
const ruled = (name: string, tasks = parts) => {
  const population = populationOf(storedRun('original', tasks, { groups }), name, 0)
  return [{ population, tracks: [ruleTrack({ task: name, metric: 'acc', kind: 'min_retention', limit: 0.9 }, baselineValues(population, 'acc'), 0.05)] }]
}
const task = (pooling: 'items' | 'tasks') => ({ name: 'mine', subsets: { names: ['a', 'b'], groups: { part: ['a', 'b'] }, pooling } }) as unknown as Task
const yaml = (weightBySize: boolean) => [{ name: 'other', members: ['mine_a', 'mine_b'], metrics: [{ metric: 'acc', weightBySize }], version: 1 }]

test.each(['mine', 'mine_part'])('%s of a task that weighs its subsets alike is refused', (name) => {
  expect(() => checkWeighing(ruled(name), { tasks: [task('tasks')], taskGroups: [] })).toThrow(
    expect.objectContaining({
      code: 'GATE',
      message: `${name}: acc: its tasks weigh alike whatever their sizes, so its score is not that of its items together`,
    }),
  )
  expect(() => checkWeighing(ruled(name), { tasks: [task('items')], taskGroups: [] })).not.toThrow()
})

test('so is a group of lm-eval with weight_by_size: false, but not one of its tasks', () => {
  expect(() => checkWeighing(ruled('other'), { tasks: [], taskGroups: yaml(false) })).toThrow('other: acc: its tasks weigh alike')
  expect(() => checkWeighing(ruled('other'), { tasks: [], taskGroups: yaml(true) })).not.toThrow()
  expect(() => checkWeighing(ruled('mine_a'), { tasks: [task('tasks')], taskGroups: yaml(false) })).not.toThrow()
})

test('tasks of equal sizes weigh as their items do', () => {
  const equal = [choiceTask('mine_a', [1, 1]), choiceTask('mine_b', [1, 0])]
  expect(() => checkWeighing(ruled('mine', equal), { tasks: [task('tasks')], taskGroups: [] })).not.toThrow()
})
