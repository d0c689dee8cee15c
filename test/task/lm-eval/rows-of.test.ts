import path from 'node:path'
import { expect, test } from 'vitest'
import { rowsOf } from '../../../src/task/lm-eval/rows-of.ts'
import { TaskRefused } from '../../../src/task/lm-eval/task-refused.ts'

const FOLDER = path.resolve('/tasks/mine')
const source = (fields: Record<string, unknown>) => rowsOf({ test_split: 'test', ...fields }, FOLDER)

test.each([
  [{ dataset_path: 'a/b' }, { repo: 'a/b', split: 'test' }],
  [
    { dataset_path: 'a/b', dataset_name: 'en', validation_split: 'dev' },
    { repo: 'a/b', split: 'test', config: 'en' },
  ],
  [
    { dataset_path: 'b', test_split: null, validation_split: 'dev' },
    { repo: 'b', split: 'dev' },
  ],
  [
    { dataset_path: 'a/b', dataset_kwargs: { revision: 'v1', trust_remote_code: true } },
    { repo: 'a/b', split: 'test', revision: 'v1' },
  ],
  [
    { dataset_path: 'a/b', dataset_kwargs: { data_files: { test: 't.jsonl' } } },
    { repo: 'a/b', split: 'test', files: { test: 't.jsonl' } },
  ],
  [
    { dataset_path: 'json', dataset_kwargs: { data_files: { test: ['t.jsonl'] } } },
    { folder: FOLDER, split: 'test', files: { test: path.join(FOLDER, 't.jsonl') }, isUntrusted: true },
  ],
  [
    { dataset_path: 'json', dataset_kwargs: { data_files: { test: 'hf://datasets/a/b/x/t.jsonl' } } },
    { repo: 'a/b', split: 'test', files: { test: 'x/t.jsonl' } },
  ],
  [{ dataset_path: './rows' }, { folder: path.join(FOLDER, 'rows'), split: 'test', file: '{split}', isUntrusted: true }],
])('%j', (fields, expected) => expect(source(fields)).toEqual(expected))

test.each([
  [{}, 'dataset_path: undefined is not a dataset'],
  [{ dataset_path: 'a/b', test_split: undefined }, 'it has neither test_split nor validation_split'],
  [{ dataset_path: 'a/b', test_split: 'test[:10]' }, 'parts of splits are not supported'],
  [{ dataset_path: 'a b' }, 'is not a repository of the hub'],
  [{ dataset_path: 'a/b', dataset_kwargs: { streaming: true } }, 'dataset_kwargs: streaming: the key is not supported'],
  [{ dataset_path: 'json', dataset_kwargs: { data_files: { test: 'https://x/t.jsonl' } } }, 'https://x/t.jsonl is not a local file'],
  [{ dataset_path: 'json', dataset_kwargs: { data_files: { test: ['a', 'b'] } } }, 'is not one file'],
  [{ dataset_path: 'json', dataset_kwargs: { data_files: '../other/t.jsonl' } }, "the rows ../other/t.jsonl are outside of the task's folder"],
  [{ dataset_path: '../other' }, "the rows ../other are outside of the task's folder"],
])('%j is refused', (fields, message) => {
  expect(() => source(fields)).toThrow(TaskRefused)
  expect(() => source(fields)).toThrow(message)
})
