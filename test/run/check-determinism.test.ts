/** Items scored twice. */
import { expect, test } from 'vitest'
import { checkDeterminism } from '../../src/run/check-determinism.ts'
import { fakeEngine } from '../fake-engine.ts'
import { evaluateModel } from '../../src/run/evaluate-model.ts'
import { loadTask } from '../../src/run/load-task.ts'
import { loadTasks } from '../../src/task/registry.ts'
import { temporaryFolder } from '../temporary-folder.ts'
import { piqaRows, tinyModel, writeRows } from '../tiny-model.ts'

const folder = tinyModel()
const model = { label: 'tiny', source: folder, folder, revision: null }
const loadedTasks = async () => [
  await loadTask((await loadTasks()).get('piqa')!, { dataFiles: { piqa: writeRows(temporaryFolder(), 'piqa.jsonl', piqaRows(50)) } }),
]

test('other batches move a log-likelihood by less than 3e-5 nats a token', { tags: ['slow'] }, async () => {
  const asked = await loadedTasks()
  const record = await evaluateModel(model, asked, {})
  const found = await checkDeterminism({ record, itemCount: 20, model, loadedTasks: asked }, {})
  expect(found).toMatchObject({ itemCount: 20, batchTokens: 384 })
  expect(found.largestDifference).toBeLessThan(3e-5)
})

test('an engine whose log-likelihoods change is detected', { tags: ['slow'] }, async () => {
  const asked = await loadedTasks()
  const record = await evaluateModel(model, asked, { openEngine: async () => fakeEngine() })
  const found = await checkDeterminism({ record, itemCount: 50, model, loadedTasks: asked }, {})
  expect(found.largestDifference).toBeGreaterThan(0.1)
  expect(found.flipCount).toBeGreaterThan(0)
})

test('of a text that is read in windows only as many windows are scored again as are asked for', async () => {
  const corpus = await loadTask((await loadTasks()).get('wikitext2_gptq')!, { dataFiles: { wikitext2_gptq: 'test/tasks/valley.raw' } })
  const asked = [...(await loadedTasks()), corpus]
  const options = { openEngine: async () => fakeEngine(), maxLength: 16 }
  const record = await evaluateModel(model, asked, options)
  const windows = record.tasks.at(-1)!.items.length
  expect(windows).toBeGreaterThan(8)
  const found = await checkDeterminism({ record, itemCount: 5, model, loadedTasks: asked }, options)
  expect(found.itemCount).toBe(5)
})
