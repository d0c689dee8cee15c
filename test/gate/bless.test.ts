/** A baseline is made of files, and of no one else's. */
import { readdirSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { blessRun } from '../../src/gate/bless.ts'
import { storedRun } from '../stored-runs.ts'
import { temporaryFolder } from '../temporary-folder.ts'

test('a link among the samples, which may lead to a file of the user, is not copied', async () => {
  const [source, baselines, secret] = [temporaryFolder(), temporaryFolder(), path.join(temporaryFolder(), 'id_ed25519')]
  writeFileSync(secret, 'a secret')
  writeFileSync(path.join(source, 'results_2026.json'), '{}')
  writeFileSync(path.join(source, 'samples_piqa_2026.jsonl'), '')
  symlinkSync(secret, path.join(source, 'samples_boolq_2026.jsonl'))
  const target = await blessRun(storedRun('a', [], { file: path.join(source, 'results_2026.json') }), 'a', { folder: baselines, force: false })
  expect(readdirSync(target).sort()).toEqual(['results_2026.json', 'samples_piqa_2026.jsonl'])
})
