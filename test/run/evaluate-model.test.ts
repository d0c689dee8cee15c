/** The pipeline around an engine that needs no model. */
import { getEventListeners } from 'node:events'
import { expect, test } from 'vitest'
import { fakeEngine } from '../fake-engine.ts'
import { AbortError, RequestError } from '../../src/errors.ts'
import { evaluateModel } from '../../src/run/evaluate-model.ts'
import type { EvaluateOptions } from '../../src/run/evaluate-options.ts'
import { loadTask } from '../../src/run/load-task.ts'
import type { LoadTaskOptions } from '../../src/run/loaded-task.ts'
import { loadTasks } from '../../src/task/registry.ts'
import { selectTasks } from '../../src/task/select-tasks.ts'
import type { EvaluationEvent } from '../../src/run/run-events.ts'
import { temporaryFolder } from '../temporary-folder.ts'
import { piqaRows, tinyModel, writeRows } from '../tiny-model.ts'

const folder = tinyModel()
const rows = writeRows(temporaryFolder(), 'piqa.jsonl', piqaRows(20))
const model = { label: 'tiny', source: folder, folder, revision: null }

type OnShare = (doneShare: number) => void

async function run(
  { batchTokens = 4096, signal, ...options }: LoadTaskOptions & { batchTokens?: number; signal?: AbortSignal } = {},
  onShare: OnShare = () => {},
) {
  const task = (await loadTasks()).get('piqa')!
  const loaded = await loadTask(task, { dataFiles: { piqa: rows }, ...options })
  const onEvent = (event: EvaluationEvent) => event.kind === 'batch-scored' && onShare(event.doneShare)
  return evaluateModel(model, [loaded], { batchTokens, openEngine: async () => fakeEngine({ batchTokens }), onEvent, ...(signal && { signal }) })
}

test('the token budget changes how much is computed, but no log-likelihood', async () => {
  const [wide, narrow] = [await run(), await run({ batchTokens: 20 })]
  expect(narrow.tasks).toEqual(wide.tasks)
  expect(narrow.work.tokensComputed).toBeGreaterThan(wide.work.tokensComputed)
  expect(wide.work.tokensComputed).toBe(wide.work.tokensDistinct)
})

test('a limit takes the first rows, a share of them, samples the named ones', async () => {
  const asked = async (options: LoadTaskOptions) => (await run(options)).tasks[0]!.items.map(({ item }) => item.docId)
  expect(await asked({ limit: 3 })).toEqual([0, 1, 2])
  expect(await asked({ limit: 0.11 })).toEqual([0, 1, 2])
  expect(await asked({ samples: { piqa: [7, 2] } })).toEqual([7, 2])
})

test('models with the same tokenizer share the encoding, and each scores as if alone', async () => {
  const loaded = await loadTask((await loadTasks()).get('piqa')!, { dataFiles: { piqa: rows } })
  const encodings: NonNullable<EvaluateOptions['encodings']> = new Map()
  const score = (other: string) =>
    evaluateModel({ ...model, folder: other }, [loaded], { encodings, openEngine: async () => fakeEngine({ batchTokens: 4096 }) })
  const [first, second] = [await score(folder), await score(tinyModel('llama2'))]
  expect(encodings.size).toBe(1)
  expect(second.tasks).toEqual(first.tasks)
  expect(second.work).toMatchObject({ tokensAsked: first.work.tokensAsked, tokensComputed: first.work.tokensComputed })
  expect(first.tasks).toEqual((await run()).tasks)
})

test('subsets are scored in separate chunks, with the same results as alone', { tags: ['slow'] }, async () => {
  const known = await loadTasks()
  const score = async (name: string) => {
    const loaded = await loadTask(selectTasks(known, [name])[0]!, {})
    return evaluateModel(model, [loaded], { openEngine: async () => fakeEngine() })
  }
  const whole = await score('valley_mmlu')
  expect(whole.tasks).toHaveLength(5)
  expect(whole.groups.map(({ name }) => name)).toEqual(['valley_mmlu'])
  for (const task of whole.tasks) {
    const alone = await score(task.name)
    expect(alone.tasks).toEqual([task])
    expect(alone.groups).toEqual([])
  }
})

test('the record says what made the numbers', async () => {
  const record = await run()
  expect(record).toMatchObject({
    isComplete: true,
    model: { architecture: 'Qwen3ForCausalLM', maxLength: 128, weightsHash: expect.stringMatching(/^[0-9a-f]{64}$/u) },
    engine: { name: 'fake' },
  })
  expect(record.tasks[0]).toMatchObject({ name: 'piqa', version: 1, shotCount: 0, rowCount: 20, itemCount: 20, origin: { kind: 'file' } })
})

test('what cannot be encoded fails the run, though other tasks are scored already', async () => {
  const task = (await loadTasks()).get('piqa')!
  const fine = await loadTask(task, { dataFiles: { piqa: rows } })
  const empty = {
    ...fine,
    parts: fine.parts.map((part) => ({
      ...part,
      items: part.items.map((item) => ({ ...item, requests: item.requests.map((one) => ({ ...one, continuation: '' })) })),
    })),
  } as typeof fine
  await expect(evaluateModel(model, [fine, empty], { openEngine: async () => fakeEngine() })).rejects.toBeInstanceOf(RequestError)
})

test('the share that is done grows to the whole', async () => {
  const shares: number[] = []
  await run({ batchTokens: 20 }, (share) => void shares.push(share))
  expect(shares).toEqual(shares.toSorted((a, b) => a - b))
  expect(shares.at(-1)).toBe(1)
})

test('a run leaves no listener on its signal, however many tasks it had', async () => {
  const { signal } = new AbortController()
  await run({ signal })
  expect(getEventListeners(signal, 'abort')).toEqual([])
})

test('a run that is cancelled before its first batch fails with AbortError, because there is nothing to record', async () => {
  await expect(run({ signal: AbortSignal.abort() })).rejects.toBeInstanceOf(AbortError)
})

test('a run that is cancelled while it scores keeps its results and is not complete', async () => {
  const controller = new AbortController()
  const record = await run({ batchTokens: 20, signal: controller.signal }, (share) => share > 0.5 && controller.abort())
  expect(record.isComplete).toBe(false)
  const { length } = record.tasks.flatMap(({ items }) => items)
  expect(length).toBeGreaterThan(0)
  expect(length).toBeLessThan(20)
})
