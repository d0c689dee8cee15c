/** An evaluation with a response cache: what it computes again, and for which model. */
import { cpSync, mkdirSync, readdirSync, readFileSync, renameSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { listCache, pruneCache } from '../../src/cache/cache-folder.ts'
import { evaluateModel } from '../../src/run/evaluate-model.ts'
import type { EvaluateOptions } from '../../src/run/evaluate-options.ts'
import type { EvaluationEvent } from '../../src/run/run-events.ts'
import type { ModelSettings } from '../../src/model/model-settings.ts'
import { loadTask } from '../../src/run/load-task.ts'
import type { LoadTaskOptions } from '../../src/run/loaded-task.ts'
import { loadTasks } from '../../src/task/registry.ts'
import { temporaryFolder } from '../temporary-folder.ts'
import { piqaRows, tinyModel, writeRows } from '../tiny-model.ts'

const folder = tinyModel()
const rows = writeRows(temporaryFolder(), 'piqa.jsonl', piqaRows(60))

async function run(options: EvaluateOptions, { at = folder, settings = {}, ...rest }: LoadTaskOptions & { at?: string; settings?: ModelSettings } = {}) {
  const loaded = await loadTask((await loadTasks()).get('piqa')!, { dataFiles: { piqa: rows }, ...rest })
  return evaluateModel({ label: 'tiny', source: at, folder: at, revision: null, settings }, [loaded], { batchTokens: 200, ...options })
}

test('a run that was cut goes on with the next batch, and its table is that of a run that was not, to the last bit', async () => {
  const cache = temporaryFolder()
  const whole = await run({})
  const controller = new AbortController()
  // Interrupted in the middle of the batches, when the weights have been read.
  const onEvent = (event: EvaluationEvent) => event.kind === 'batch-scored' && event.doneShare > 0.4 && controller.abort()
  const cut = await run({ cache, signal: controller.signal, onEvent })
  expect(cut.isComplete).toBe(false)
  const resumed = await run({ cache })
  expect(resumed.tasks).toEqual(whole.tasks)
  expect(resumed.work.cachedCount).toBeGreaterThan(0)
  expect(resumed.work.tokensComputed + cut.work.tokensComputed).toBeLessThanOrEqual(whole.work.tokensComputed)
  const again = await run({ cache })
  expect(again.work).toMatchObject({ tokensComputed: 0, cachedCount: 120 })
  expect(again.tasks).toEqual(whole.tasks)
})

test('cached responses of more items serve a run over fewer', async () => {
  const cache = temporaryFolder()
  await run({ cache }, { limit: 60 })
  const part = await run({ cache }, { limit: 20 })
  expect(part.work).toMatchObject({ tokensComputed: 0, cachedCount: 40 })
})

test('two runs at once on one cache have the numbers of one alone', async () => {
  const cache = temporaryFolder()
  const [whole, first, second] = [await run({}), ...(await Promise.all([run({ cache }), run({ cache })]))]
  expect(first.tasks).toEqual(whole.tasks)
  expect(second.tasks).toEqual(whole.tasks)
  expect((await run({ cache })).work.tokensComputed).toBe(0)
})

test('a changed file under the same name, another config and another quantization are other models', async () => {
  const cache = temporaryFolder()
  const copy = path.join(temporaryFolder(), 'copy')
  cpSync(folder, copy, { recursive: true })
  await run({ cache }, { at: copy })
  const weights = path.join(copy, 'model.safetensors')
  const bytes = readFileSync(weights)
  bytes[bytes.length - 2]! ^= 1
  writeFileSync(weights, bytes)
  // The time stamp that it had, as an archive unpacked over it would set.
  utimesSync(weights, 1, 1)
  expect((await run({ cache }, { at: copy })).work.cachedCount).toBe(0)
  const config = path.join(copy, 'config.json')
  writeFileSync(config, JSON.stringify({ ...JSON.parse(readFileSync(config, 'utf8')), rms_norm_eps: 0.25 }))
  expect((await run({ cache }, { at: copy })).work.cachedCount).toBe(0)
  expect((await run({ cache }, { at: copy, settings: { quantize: 'int8' } })).work.cachedCount).toBe(0)
  expect(await listCache(cache)).toHaveLength(4)
})

test('the same weights in another folder are the same model', async () => {
  const cache = temporaryFolder()
  await run({ cache })
  const copy = path.join(temporaryFolder(), 'copy')
  cpSync(folder, copy, { recursive: true })
  await run({ cache }, { at: copy })
  expect(await listCache(cache)).toHaveLength(1)
})

test('a file of the hub’s cache that is not what its name says fails the run, and none of its responses is cached', async () => {
  const [cache, hub] = [temporaryFolder(), temporaryFolder()]
  const copy = path.join(hub, 'snapshots', 'c'.repeat(40))
  cpSync(folder, copy, { recursive: true })
  const blob = path.join(hub, 'blobs', 'a'.repeat(64))
  mkdirSync(path.dirname(blob))
  renameSync(path.join(copy, 'model.safetensors'), blob)
  symlinkSync(blob, path.join(copy, 'model.safetensors'))
  await expect(run({ cache }, { at: copy })).rejects.toMatchObject({
    code: 'CHECKPOINT',
    message: expect.stringContaining('is damaged: its content has the sha256'),
  })
  expect(await listCache(cache)).toEqual([])
})

test('pruning removes whole models, the longest unused first', async () => {
  const cache = temporaryFolder()
  await run({ cache })
  await run({ cache }, { at: tinyModel('llama2') })
  const [latest, older] = await listCache(cache)
  const removed = await pruneCache(cache, { maxBytes: latest!.byteLength })
  expect(removed.map(({ id }) => id)).toEqual([older!.id])
  expect(readdirSync(path.join(cache, 'answers')).every((name) => name.startsWith(latest!.id))).toBe(true)
  expect(await pruneCache(cache, { usedSince: Date.now() + 1000 })).toHaveLength(1)
  expect(await listCache(cache)).toEqual([])
})
