import { expect, test } from 'vitest'
import { z } from 'zod'
import { defineTask, type Gold } from '../../../src/task/define-task.ts'
import { rightChoices } from '../../../src/task/render/gold.ts'

const task = defineTask({
  name: 'mine',
  version: 1,
  dataset: { repo: 'me/mine', split: 'test' },
  row: z.object({ gold: z.custom<Gold>() }),
  prompt: () => 'q',
  choices: () => ['yes', 'no', 'B'],
  gold: ({ gold }) => gold,
  metrics: ['acc'],
})

test.each<[string, Gold, readonly number[], string]>([
  ['an index', 2, [2], '2'],
  ['the text of a choice', 'no', [1], 'no'],
  ['a letter', 'A', [0], 'A'],
  ['a letter that is a choice', 'B', [2], 'B'],
  ['several right answers', [0, 2], [0, 2], '[0, 2]'],
  ['several texts', ['yes', 'no'], [0, 1], "['yes', 'no']"],
])('%s is a right answer', (_, gold, indices, target) => {
  expect(rightChoices(task, { gold }, ['yes', 'no', 'B'], 'row 0')).toEqual({ gold: indices, target })
})
