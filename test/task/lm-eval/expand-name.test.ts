/** Groups and tags of lm-eval's YAML; with files: load-yaml-tasks.test.ts. */
import { expect, test } from 'vitest'
import { UsageError } from '../../../src/errors.ts'
import type { Catalogue, CatalogueEntry } from '../../../src/task/lm-eval/catalogue.ts'
import { expandName } from '../../../src/task/lm-eval/expand-name.ts'
import { TaskRefused } from '../../../src/task/lm-eval/task-refused.ts'

const entry = (name: string, fields: Record<string, unknown>): readonly [string, CatalogueEntry] => [name, { name, fields, file: `/tasks/${name}.yaml` }]

function catalogueOf(groups: Readonly<Record<string, Record<string, unknown>>> = {}): Catalogue {
  return {
    tasks: new Map([entry('one', { dataset_path: 'a/b', num_fewshot: 5 }), entry('two', { dataset_path: 'a/b' })]),
    groups: new Map(Object.entries(groups).map(([name, fields]) => entry(name, fields))),
    tags: new Map([['tagged', ['one', 'two']]]),
    unread: [],
  }
}

const expandGroup = (fields: Record<string, unknown>) => expandName('all', catalogueOf({ all: fields }))!
const GROUP = { group: 'all', task: ['one', 'two'] }

test('a task, a tag, and a name that nothing has', () => {
  expect([...expandName('one', catalogueOf())!.tasks.keys()]).toEqual(['one'])
  expect([...expandName('tagged', catalogueOf())!.tasks.keys()]).toEqual(['one', 'two'])
  expect(expandName('three', catalogueOf())).toBeUndefined()
})

test('keys of a group go over those of its tasks, and keys at a member over both', () => {
  const { tasks } = expandGroup({ group: 'all', task: ['one', { task: 'two', num_fewshot: 1 }], num_fewshot: 3 })
  expect([...tasks.values()].map(({ fields }) => fields['num_fewshot'])).toEqual([3, 1])
})

test('a member that is not in the catalogue is defined by its keys', () => {
  const { tasks } = expandGroup({ group: 'all', task: [{ task: 'own', dataset_path: 'c/d' }] })
  expect([...tasks]).toEqual([['all_own', { name: 'all_own', fields: { dataset_path: 'c/d' }, file: '/tasks/all.yaml' }]])
})

test('a group has a score of its own only with aggregate_metric_list', () => {
  expect(expandGroup(GROUP).groups).toEqual([])
  const { groups } = expandGroup({
    ...GROUP,
    aggregate_metric_list: [{ metric: 'acc', weight_by_size: false }, { metric: 'acc_norm' }],
    metadata: { version: 2 },
  })
  expect(groups).toEqual([
    {
      name: 'all',
      members: ['one', 'two'],
      metrics: [
        { metric: 'acc', weightBySize: false },
        { metric: 'acc_norm', weightBySize: true },
      ],
      version: 2,
    },
  ])
})

test('groups within a group come after it, with its members among those of the outer one', () => {
  const metrics = { aggregate_metric_list: [{ metric: 'acc' }] }
  const catalogue = catalogueOf({ all: { group: 'all', task: ['one', 'inner'], ...metrics }, inner: { group: 'inner', task: 'two', ...metrics } })
  expect(expandName('all', catalogue)!.groups.map(({ name, members }) => [name, ...members])).toEqual([
    ['all', 'one', 'two'],
    ['inner', 'two'],
  ])
})

test.each([
  [{ group: 'all', task: ['all'] }, UsageError, 'the group all contains itself'],
  [{ group: 'all' }, UsageError, '/tasks/all.yaml: the group all has no tasks'],
  [{ group: 'all', task: ['three'] }, UsageError, 'the group all has the unknown task three'],
  [{ group: 'all', task: [{ task: 'three', num_fewshot: 1 }] }, UsageError, 'the group all has the unknown task three'],
  [{ group: 'all', task: [7] }, UsageError, 'task: 7 is not a task'],
  [{ group: 'all', task: [{ num_fewshot: 1 }] }, UsageError, 'has neither task nor group'],
  [{ ...GROUP, aggregate_metric_list: [{}] }, UsageError, 'has no metric'],
  [{ ...GROUP, aggregate_metric_list: [{ metric: 'acc', aggregation: 'median' }] }, TaskRefused, 'the aggregation "median" is not supported'],
  [{ ...GROUP, aggregate_metric_list: [{ metric: 'acc', filter_list: ['strict'] }] }, TaskRefused, 'filters are for generated text'],
])('%j is refused', (fields, type, message) => {
  expect(() => expandGroup(fields)).toThrow(type)
  expect(() => expandGroup(fields)).toThrow(message)
})
