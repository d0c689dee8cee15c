import { expect, test } from 'vitest'
import { describeTask } from '../../src/commands/task-description.ts'
import { loadTasks } from '../../src/task/registry.ts'

const known = await loadTasks()

test('a task without subsets', () => {
  expect(describeTask(known.get('piqa')!)).toMatchObject({
    name: 'piqa',
    split: 'validation',
    shots: 0,
    metrics: ['acc', 'acc_norm'],
    source: expect.stringMatching(/^https:\/\/huggingface\.co\/datasets\/baber\/piqa/u),
    subsets: [],
    groups: {},
  })
})

test('a task with subsets and groups, by the names that --tasks takes', () => {
  const { subsets, groups } = describeTask(known.get('mmlu')!)
  expect(subsets).toHaveLength(57)
  expect(subsets).toContain('mmlu_anatomy')
  expect(groups['mmlu_stem']).toContain('mmlu_astronomy')
  expect(Object.values(groups).flat().toSorted()).toEqual([...subsets].sort())
})

test('a task that comes with the package names its folder', () => {
  expect(describeTask(known.get('valley_piqa')!).source).toMatch(/suites, which comes with it$/u)
})
