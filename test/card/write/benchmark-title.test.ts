import { expect, test } from 'vitest'
import { benchmarkName, benchmarkUses } from '../../../src/card/write/benchmark-title.ts'

test.each([
  ['piqa', 0, 'PIQA'],
  ['piqa', null, 'PIQA'],
  ['mmlu', 5, 'MMLU (5-shot)'],
  ['my_task', 0, 'my_task'],
  ['my_task', 3, 'my_task (3-shot)'],
])('%s with %s examples is %s', (task, shotCount, name) => expect(benchmarkName(task, shotCount)).toBe(name))

test('the uses of a task that is not known are its name', () => {
  expect(benchmarkUses('my_task')).toEqual(['my_task'])
  expect(benchmarkUses('mmlu').length).toBeGreaterThan(0)
})
