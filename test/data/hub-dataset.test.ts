/** Which files of a repository hold the rows of a split. Reading them from a hub is tested in test/hub/hub.test.ts. */
import { describe, expect, test } from 'vitest'
import { splitFiles } from '../../src/data/hub-dataset.ts'

describe('parquet files of a split', () => {
  test.each([
    [
      ['data/test-00000-of-00002.parquet', 'data/test-00001-of-00002.parquet', 'data/train-00000-of-00001.parquet'],
      undefined,
      ['data/test-00000-of-00002.parquet', 'data/test-00001-of-00002.parquet'],
    ],
    [['boolq/test-00000-of-00001.parquet', 'rte/test-00000-of-00001.parquet'], 'boolq', ['boolq/test-00000-of-00001.parquet']],
    [['boolq/test/0001.parquet', 'boolq/test/0000.parquet', 'boolq/train/0000.parquet'], 'boolq', ['boolq/test/0000.parquet', 'boolq/test/0001.parquet']],
    [['test-00000-of-00001.parquet', 'data/test-00000-of-00001.parquet'], undefined, ['data/test-00000-of-00001.parquet']],
    [['default/test/0000.parquet', 'other/test/0000.parquet'], undefined, ['default/test/0000.parquet']],
    [['a+b/test-00000-of-00001.parquet', 'aab/test-00000-of-00001.parquet'], 'a+b', ['a+b/test-00000-of-00001.parquet']],
    [['main/test-00000-of-00001.parquet'], 'socratic', []],
    [['README.md', 'test.json'], undefined, []],
  ])('%j of configuration %s', (files, config, expected) => expect(splitFiles(files, 'test', config)).toEqual(expected))
})
