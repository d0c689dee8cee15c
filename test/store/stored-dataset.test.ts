import { expect, test } from 'vitest'
import { datasetOf } from '../../src/store/stored-dataset.ts'

test('lm-eval’s configuration of a task names repository, configuration, split and revision', () => {
  expect(datasetOf({ dataset_path: 'cais/mmlu', dataset_name: 'anatomy', test_split: 'test', dataset: { revision: 'abc' } })).toEqual({
    id: 'cais/mmlu',
    config: 'anatomy',
    split: 'test',
    revision: 'abc',
  })
})

test('the validation split is taken if there is no test split', () => {
  expect(datasetOf({ dataset_path: 'piqa', test_split: null, validation_split: 'validation' })).toEqual({
    id: 'piqa',
    config: null,
    split: 'validation',
    revision: null,
  })
})

test.each([{}, { dataset_path: 'json' }, { dataset_path: '/data/rows' }, { dataset_path: 7 }, { dataset_path: 'a\nb' }])(
  '%j names no dataset of the hub',
  (config) => expect(datasetOf(config)).toBeUndefined(),
)
