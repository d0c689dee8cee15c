import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { readServedConfig } from '../../src/model/served-config.ts'
import { CheckpointError } from '../../src/errors.ts'
import { temporaryFolder } from '../temporary-folder.ts'

function folderWith(config?: string): string {
  const folder = temporaryFolder()
  if (config !== undefined) writeFileSync(path.join(folder, 'config.json'), config)
  return folder
}

test.each([
  [
    'one of each',
    '{"architectures":["SomethingNew"],"bos_token_id":1,"eos_token_id":2,"vocab_size":300}',
    { bosTokenId: 1, eosTokenId: 2, vocabularySize: 300 },
  ],
  ['several, of which the first counts', '{"bos_token_id":null,"eos_token_id":[7,8]}', { bosTokenId: undefined, eosTokenId: 7, vocabularySize: Infinity }],
  ['no config at all', undefined, { bosTokenId: undefined, eosTokenId: undefined, vocabularySize: Infinity }],
])('%s', async (_, config, expected) => {
  const { special, content } = await readServedConfig(folderWith(config))
  expect(special).toEqual(expected)
  expect(content).toEqual(config === undefined ? undefined : JSON.parse(config))
})

test.each(['{', '[]"', '{"eos_token_id":"</s>"}'])('%s is refused', async (config) => {
  await expect(readServedConfig(folderWith(config))).rejects.toBeInstanceOf(CheckpointError)
})
