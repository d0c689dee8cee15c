import { expect, test } from 'vitest'
import type { ChoiceTask, RollingTask, SchemaTask, TextTask } from '../../../src/task/define-task.ts'
import { buildTask } from '../../../src/task/lm-eval/build-task.ts'
import { TaskRefused } from '../../../src/task/lm-eval/task-refused.ts'

const build = (fields: Readonly<Record<string, unknown>>) => buildTask({ name: 'mine', fields, folder: '/tasks', functions: new Map() })

const CHOICE = {
  output_type: 'multiple_choice',
  dataset_path: 'me/mine',
  dataset_name: 'en',
  test_split: 'test',
  doc_to_text: 'Q: {{q}}\n',
  doc_to_choice: "{{[a, 'no']}}",
  doc_to_target: 'label',
}
const ROW = { q: ' ok ', a: "it's", label: 1 }

test('a task of choices', () => {
  const task = build({ ...CHOICE, target_delimiter: '', description: 'About {{q}}.\n', metadata: { version: 2.0 } }) as ChoiceTask
  expect(task).toMatchObject({
    kind: 'choice',
    name: 'mine',
    version: 2,
    dataset: { repo: 'me/mine', config: 'en', split: 'test' },
    metrics: ['acc', 'acc_norm'],
    targetDelimiter: '',
    // Neither a few-shot split nor its own is the test split.
    shots: { split: 'test', defaultCount: 0, sampler: 'default', leavesItemOut: false },
  })
  expect([task.prompt!(ROW), task.choices(ROW), task.gold(ROW), task.target!(ROW), task.instruction!('', ROW)]).toEqual([
    'Q:  ok \n',
    ["it's", 'no'],
    1,
    '1',
    'About  ok .\n',
  ])
  expect(task.shots!.example!.answer!(ROW)).toBe('no')
})

test.each([
  [{ doc_to_target: 0 }, 0],
  [{ doc_to_target: '{{label}}' }, 1],
  [{ doc_to_target: 'no' }, 1],
  [{ doc_to_target: '{{[0, 1]}}' }, [0, 1]],
  [{ doc_to_target: '{{a}}' }, 0],
  [{ doc_to_choice: ['x', 'y'], doc_to_target: "{{['x', 'z', 'y'].index('z')}}" }, 1],
  [{ doc_to_choice: { a: 'x', b: 'y' }, doc_to_target: 'y' }, 1],
])('%j: the right choice is %j', (keys, gold) => {
  expect((build({ ...CHOICE, ...keys }) as ChoiceTask).gold(ROW)).toEqual(gold)
})

test.each(['f1', 'mcc', 'brier_score', 'acc_mutual_info'])('%s: several right choices are an error, as in lm-eval', (metric) => {
  const task = build({ ...CHOICE, doc_to_target: '{{also}}', metric_list: [{ metric: 'acc' }, { metric }] }) as ChoiceTask
  expect(task.metrics).toEqual(['acc', metric])
  expect(task.gold({ ...ROW, also: [1] })).toEqual([1])
  expect(() => task.gold({ ...ROW, also: [0, 1] })).toThrow(`doc_to_target gives 2 right choices; ${metric} is for one`)
})

test('contexts as choices, if doc_to_text is a label', () => {
  const task = build({ ...CHOICE, doc_to_text: 'label', doc_to_target: '{{q}}', metric_list: [{ metric: 'acc' }] }) as SchemaTask
  expect(task.kind).toBe('schema')
  expect([task.contexts(ROW), task.continuation(ROW), task.gold(ROW)]).toEqual([["it's", 'no'], ' ok ', 1])
})

test('one continuation, and whole texts', () => {
  const text = build({
    output_type: 'loglikelihood',
    dataset_path: 'a/b',
    validation_split: 'dev',
    doc_to_text: '',
    doc_to_target: ' {{q}}',
    metric_list: [{ metric: 'perplexity', aggregation: 'perplexity' }],
  }) as TextTask
  expect([text.kind, text.prompt, text.continuation(ROW), text.metrics]).toEqual(['text', null, '  ok ', ['perplexity']])
  const rolling = build({ output_type: 'loglikelihood_rolling', dataset_path: 'a', test_split: 't', doc_to_text: '', doc_to_target: '{{q}}' }) as RollingTask
  expect([rolling.kind, rolling.text(ROW), rolling.metrics]).toEqual(['rolling', ' ok ', ['word_perplexity', 'byte_perplexity', 'bits_per_byte']])
})

test('examples with keys of their own', () => {
  const config = {
    sampler: 'first_n',
    samples: [{ in: 'x', out: 'y' }],
    doc_to_text: 'In {{in}}',
    doc_to_target: '{{out}}',
    doc_to_choice: ['1'],
    fewshot_delimiter: '\n',
    target_delimiter: ':',
  }
  const { shots } = build({ ...CHOICE, num_fewshot: 3, fewshot_config: config }) as ChoiceTask
  expect(shots).toMatchObject({ defaultCount: 3, sampler: 'first_n', samples: [{ in: 'x', out: 'y' }], delimiter: '\n', example: { targetDelimiter: ':' } })
  expect([shots!.example!.prompt!({ in: 'x', out: 'y' }), shots!.example!.answer!({ in: 'x', out: 'y' })]).toEqual(['In x', 'y'])
})

test.each([
  [{ test_split: 'test', fewshot_split: 'test' }, 'test', true],
  [{ test_split: 'test', fewshot_split: 'train' }, 'train', false],
  [{ test_split: null, validation_split: 'dev', training_split: 'train' }, 'train', true],
  [{ test_split: null, validation_split: 'dev', fewshot_split: 'dev' }, 'dev', false],
])('%j: examples are from %s, and the draw leaves the item out: %j', (keys, split, leavesItemOut) => {
  expect((build({ ...CHOICE, ...keys }) as ChoiceTask).shots).toMatchObject({ split, leavesItemOut })
})

test('cells of CSV that look like numbers are numbers', () => {
  const task = build({ ...CHOICE, dataset_path: 'csv', dataset_kwargs: { data_files: { test: 'in/rows.csv' } } })
  expect(task.dataset).toEqual({ folder: '/tasks', split: 'test', files: { test: '/tasks/in/rows.csv' }, isUntrusted: true })
  expect(task.row.parse({ a: '1', b: '1.5', c: '1a', d: '-2' })).toEqual({ a: 1, b: 1.5, c: '1a', d: -2 })
})

test('data_files on the hub are files of the dataset', () => {
  const kwargs = (files: unknown, more = {}) =>
    build({ ...CHOICE, dataset_kwargs: { data_files: files, ...more }, ...('revision' in more ? {} : { dataset_path: 'json' }) }).dataset
  expect(kwargs({ test: 'hf://datasets/me/mine/data/all.jsonl' })).toEqual({ repo: 'me/mine', split: 'test', files: { test: 'data/all.jsonl' } })
  expect(kwargs({ test: 'gu/0000.parquet' }, { revision: 'refs/convert/parquet' })).toMatchObject({
    revision: 'refs/convert/parquet',
    files: { test: 'gu/0000.parquet' },
  })
  expect(() => kwargs({ test: 'hf://datasets/me/mine/a.jsonl', train: 'hf://datasets/me/other/a.jsonl' })).toThrow('is not a local file')
})

test.each([
  [{ output_type: undefined }, 'mine generates text; evalharness scores log-likelihoods'],
  [{ doc_to_image: ['image'] }, 'doc_to_image: it asks about images'],
  [{ class: 'x' }, 'class: it is a Python class'],
  [{ doc_to_texts: 'x' }, 'doc_to_texts: the key is not known'],
  [{ use_prompt: 'promptsource:x' }, 'use_prompt: its prompt is one of promptsource'],
  [{ doc_to_choice: null }, 'the key doc_to_choice is missing'],
  [{ doc_to_text: '{{x|tojson}}' }, 'doc_to_text: the template "{{x|tojson}}": the filter tojson is not supported'],
  [{ metric_list: [{ metric: 'bleu' }] }, 'metric_list: the metric bleu is not computed for multiple_choice'],
  [{ metric_list: [{ metric: 'mc2' }] }, 'metric_list: the metric mc2 is not computed for multiple_choice'],
  [{ metric_list: [{ metric: 'acc', aggregation: 'median' }] }, 'metric_list: acc: the aggregation median is not supported'],
  [{ filter_list: [{ name: 'x', filter: [{ function: 'regex' }] }] }, 'filter_list: filters are for generated text'],
  [{ fewshot_config: { sampler: 'balanced' } }, 'fewshot_config: sampler: "balanced" is not supported'],
  [{ fewshot_config: { shots: 1 } }, 'fewshot_config: shots: the key is not supported'],
  [{ test_split: null }, 'neither test_split nor validation_split'],
  [{ test_split: 'test[:5]' }, 'parts of splits are not supported'],
  [{ dataset_kwargs: { streaming: true } }, 'dataset_kwargs: streaming: the key is not supported'],
  [{ dataset_path: 'json', dataset_kwargs: { data_files: '/etc/passwd' } }, "the rows /etc/passwd are outside of the task's folder"],
  [{ dataset_path: '../other' }, "outside of the task's folder"],
  [{ dataset_path: 'json', dataset_kwargs: { data_files: 'https://x/y.json' } }, 'is not a local file'],
])('%j is refused: %s', (keys, message) => {
  expect(() => build({ ...CHOICE, ...keys })).toThrow(TaskRefused)
  expect(() => build({ ...CHOICE, ...keys })).toThrow(message)
})
