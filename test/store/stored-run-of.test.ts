import { readdirSync } from 'node:fs'
import os from 'node:os'
import { expect, test } from 'vitest'
import { runModels } from '../../src/run/run-models.ts'
import { readStoredRun } from '../../src/store/read-stored-run.ts'
import { storedRunOf } from '../../src/store/stored-run-of.ts'
import { temporaryFolder } from '../temporary-folder.ts'
import { piqaRows, tinyModel, writeRows } from '../tiny-model.ts'

test('a run that was just made is as if it were read from its files, of which none is left', async () => {
  const data = writeRows(temporaryFolder(), 'piqa.jsonl', piqaRows(2))
  const boolq = writeRows(temporaryFolder(), 'boolq.jsonl', [{ passage: 'A rope.', question: 'is it a rope', label: 1, idx: 0 }])
  const { runs } = await runModels({
    model: [tinyModel()],
    tasks: ['piqa,boolq'],
    data: [`piqa=${data}`, `boolq=${boolq}`],
    output: temporaryFolder(),
    cache: false,
  })
  const { record, resultsFile } = runs[0]!
  const before = readdirSync(os.tmpdir()).length
  const withoutPlace = ({ file: _file, sources: _sources, ...run }: Awaited<ReturnType<typeof storedRunOf>>) => run
  const stored = await storedRunOf(record)
  expect(stored.tasks.map(({ items }) => items?.length)).toEqual([2, 1])
  expect(withoutPlace(stored)).toEqual(withoutPlace(await readStoredRun(resultsFile)))
  expect(readdirSync(os.tmpdir()).length).toBe(before)
})
