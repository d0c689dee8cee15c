import { expect, test } from 'vitest'
import { UsageError } from '../../src/errors.ts'
import { selectedTask } from '../../src/run/selected-task.ts'
import { loadTasks } from '../../src/task/registry.ts'
import { selectTasks } from '../../src/task/select-tasks.ts'

const known = await loadTasks()
const named = (name: string, ...asked: string[]) => selectedTask(name, `--data ${name}=x`, known, selectTasks(known, asked))

test('a task, subset or group that is scored is found', () => {
  expect(named('piqa', 'boolq', 'piqa').name).toBe('piqa')
  expect(named('mmlu_anatomy', 'mmlu').name).toBe('mmlu')
  expect(named('mmlu_stem', 'mmlu_anatomy').name).toBe('mmlu')
})

test.each([
  ['piqa', ['boolq']],
  ['mmlu_law', ['mmlu_anatomy']],
  ['mmlu_humanities', ['mmlu_anatomy']],
])('%s has no effect if %j is scored', (name, asked) => {
  // mmlu has no subset "law"; an unknown name is an error of its own.
  expect(() => named(name, ...asked)).toThrow(UsageError)
})
