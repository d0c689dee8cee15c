import { expect, test } from 'vitest'
import { poolTaskGroups } from '../../src/run/pool-task-groups.ts'
import type { TaskRecord } from '../../src/store/run-record.ts'

const record = (name: string, itemCount: number, value: number, standardError: number) =>
  ({ name, itemCount, shotCount: 2, scores: [{ metric: 'acc', value, standardError }] }) as unknown as TaskRecord

const TASKS = [record('one', 3, 1, 0.1), record('two', 1, 0, 0.2), record('other', 10, 0.5, 0.3)]
const group = (weightBySize: boolean, metric = 'acc') => ({ name: 'all', members: ['one', 'two', 'absent'], metrics: [{ metric, weightBySize }], version: 4 })

test('a group weighs its tasks by their items, or all alike; tasks without scores are left out', () => {
  const [bySize] = poolTaskGroups([group(true)], TASKS)
  expect(bySize).toMatchObject({ name: 'all', itemCount: 4, members: ['one', 'two'], shotCount: 2, version: 4, scores: [{ metric: 'acc', value: 0.75 }] })
  const [alike] = poolTaskGroups([group(false)], TASKS)
  expect(alike!.scores).toEqual([{ metric: 'acc', value: 0.5, standardError: expect.closeTo(Math.hypot(0.1, 0.2) / 2, 12) }])
})

test('a group whose metric no task has is not recorded', () => expect(poolTaskGroups([group(true, 'mcc')], TASKS)).toEqual([]))
